import { describe, expect, test } from 'vitest'
import { HELMS } from './helm.ts'
import { render } from './render.ts'

const SEVERAL = { replicaCount: 3, 'redis.url': 'redis://redis' }

describe.each(HELMS)('$name', (helm) => {
  test('several pods are evicted one by one', async () => {
    const chart = await render(helm, SEVERAL)

    const { labels } = chart.one('Deployment').spec.template.metadata
    const { spec } = chart.one('PodDisruptionBudget')
    expect(spec).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' })
    expect(labels).toMatchObject(spec.selector.matchLabels)
    expect(chart.one('Pod').metadata.labels).not.toMatchObject(spec.selector.matchLabels)
  })

  test('several pods are spread over zones and nodes', async () => {
    const { template, selector } = (await render(helm, SEVERAL)).one('Deployment').spec

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

    const { spec } = chart.one('Deployment').spec.template
    expect(spec.topologySpreadConstraints).toEqual(own)
  })

  test('a single pod has neither, so that its node can be drained', async () => {
    for (const values of [{}, { 'redis.url': 'redis://redis' }]) {
      const chart = await render(helm, values)

      expect(chart.all('PodDisruptionBudget')).toEqual([])
      const { spec } = chart.one('Deployment').spec.template
      expect(spec.topologySpreadConstraints).toBeUndefined()
    }
  })
})
