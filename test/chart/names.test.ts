import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { render } from './render.ts'

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

describe.each(HELMS)('$name', (helm) => {
  test.each([
    ['runnel', {}, 'runnel'],
    ['events', {}, 'events-runnel'],
    ['events', { nameOverride: 'push' }, 'events-push'],
    ['events', { fullnameOverride: 'push' }, 'push'],
  ])('release %s with %j', async (release, values, name) => {
    const { objects } = await render(helm, values, { release })

    expect([...new Set(objects.map(({ metadata }) => metadata.name))].toSorted()).toEqual([
      name,
      ...['admin', 'api', 'controller', 'stream', 'test'].map((suffix) => `${name}-${suffix}`),
    ])
  })

  test.each([
    // The longest name that Helm allows; with the chart's name appended it has 60 characters.
    ['a'.repeat(53), {}],
    ['events', { fullnameOverride: 'a'.repeat(60) }],
    ['events', { fullnameOverride: 'a'.repeat(70) }],
    ['events', { nameOverride: 'a'.repeat(70) }],
    // Truncated at a hyphen, with a suffix and without one.
    ['events', { fullnameOverride: 'a-'.repeat(32) + 'a' }],
    ['events', { fullnameOverride: 'a'.repeat(62) + '-a' }],
  ])('long names still fit and differ: %s %j', async (release, values) => {
    const { objects } = await render(helm, values, { release })

    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
    for (const { metadata } of objects) {
      expect(metadata.name).toMatch(LABEL)
      expect(metadata.name).not.toContain('--')
      for (const value of Object.values(metadata.labels)) expect(value.length).toBeLessThan(64)
    }
  })

  test('names that look like numbers stay text', async () => {
    const { objects } = await render(helm, {}, { release: '12e4567', namespace: '1234' })

    for (const { metadata } of objects) {
      expect(metadata.namespace).toBe('1234')
      expect(metadata.labels['app.kubernetes.io/instance']).toBe('12e4567')
    }
  })

  test('a Deployment keeps its selector, whatever else changes', async () => {
    const selector = {
      'app.kubernetes.io/name': 'runnel',
      'app.kubernetes.io/instance': 'runnel',
      'app.kubernetes.io/component': 'server',
    }
    const given = { podLabels: { team: 'events' }, 'image.tag': '2', 'exposure.preset': 'none' }

    for (const values of [{}, given]) {
      const { spec } = (await render(helm, values)).server
      expect(spec.selector.matchLabels).toEqual(selector)
      expect(spec.template.metadata.labels).toMatchObject(selector)
    }
  })

  test('a new version of the chart replaces no pod by itself', async () => {
    const { metadata } = (await render(helm)).server.spec.template

    expect(JSON.stringify(metadata)).not.toContain('0.1.0')
  })
})
