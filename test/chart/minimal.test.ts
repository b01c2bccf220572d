import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MINIMAL, renderMinimal } from '../../manifests/render-minimal.ts'
import { HELMS } from '../../rig/release/helm.ts'
import { parseObjects, render } from './render.ts'

const text = readFileSync(MINIMAL, 'utf8')
const [namespace, ...objects] = parseObjects(text)

test('minimal.yaml makes its namespace first, where only restricted pods may run', () => {
  expect(namespace).toEqual({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: 'runnel',
      labels: {
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': 'latest',
      },
    },
  })
  for (const { metadata } of objects) expect(metadata.namespace).toBe('runnel')
})

test('minimal.yaml has no label of Helm', () => {
  expect(text).not.toMatch(/helm/i)
})

describe.each(HELMS)('$name', (helm) => {
  test('minimal.yaml is the chart rendered', async () => {
    expect(await renderMinimal(helm.path)).toBe(text)
  })

  test('minimal.yaml has the objects of a chart without controller, except for the test and the labels of Helm', async () => {
    const chart = await render(helm, { 'controller.enabled': false })

    expect(objects).toEqual(
      chart.objects
        .filter(({ kind }) => kind !== 'Pod')
        .map(({ metadata: { labels, ...metadata }, ...object }) => {
          const { 'helm.sh/chart': _, 'app.kubernetes.io/managed-by': __, ...kept } = labels
          return { ...object, metadata: { ...metadata, labels: kept } }
        }),
    )
  })
})
