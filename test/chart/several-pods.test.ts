import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { render } from './render.ts'

const SEVERAL = { replicaCount: 3, 'redis.url': 'redis://redis' }
const ALONE = { 'controller.enabled': false }

describe.each(HELMS)('$name', (helm) => {
  test('several pods are evicted one by one, of which the controller takes care if there is one', async () => {
    const chart = await render(helm, { ...SEVERAL, ...ALONE })

    const { labels } = chart.server.spec.template.metadata
    const { spec } = chart.one('PodDisruptionBudget')
    expect(spec).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' })
    expect(labels).toMatchObject(spec.selector.matchLabels)
    expect(chart.one('Pod').metadata.labels).not.toMatchObject(spec.selector.matchLabels)
    const cared = await render(helm, SEVERAL)
    expect(cared.all('PodDisruptionBudget')).toEqual([
      cared.one('PodDisruptionBudget', '-controller'),
    ])
  })

  test('pods that others may add are evicted one by one and spread, too', async () => {
    const chart = await render(helm, { 'redis.url': 'redis://redis', ...ALONE })

    expect(chart.one('PodDisruptionBudget').spec.maxUnavailable).toBe(1)
    expect(chart.server.spec.template.spec.topologySpreadConstraints).toHaveLength(2)
  })

  test('several pods are spread over zones and nodes', async () => {
    const { template, selector } = (await render(helm, SEVERAL)).server.spec

    expect(template.spec.topologySpreadConstraints).toEqual(
      ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: selector,
        matchLabelKeys: ['pod-template-hash'],
      })),
    )
  })

  test('a rule in the values replaces the default one', async () => {
    const own = [{ maxSkew: 2, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule' }]
    const chart = await render(helm, { ...SEVERAL, topologySpreadConstraints: own })

    const { spec } = chart.server.spec.template
    expect(spec.topologySpreadConstraints).toEqual(own)
  })

  test('a pod that must stay alone has neither', async () => {
    for (const values of [{}, { 'redis.url': 'redis://redis', replicaCount: 1 }]) {
      const chart = await render(helm, { ...values, ...ALONE })

      expect(chart.all('PodDisruptionBudget')).toEqual([])
      const { spec } = chart.server.spec.template
      expect(spec.topologySpreadConstraints).toBeUndefined()
    }
  })
})
