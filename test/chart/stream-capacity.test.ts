import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { streamCapacitySpec } from '../../src/schema/stream-capacity.ts'
import { CHART_VALUES } from './chart-files.ts'
import { CHART, HELMS, runHelm } from '../../rig/release/helm.ts'
import { render, type GivenValues } from './render.ts'

const KUBERNETES = '--kube-version=1.37.0'
const KIND = 'runnel.dev/v1alpha1/StreamCapacity'

describe.each(HELMS)('$name', (helm) => {
  test('by default it describes one fleet that nothing scales, and is else as the CRD has it', async () => {
    const { metadata, spec } = (await render(helm, {}, { release: 'events' })).one('StreamCapacity')

    expect(metadata.name).toBe('events-runnel')
    const defaults = streamCapacitySpec.parse({ targetRef: { name: 'events-runnel' } })
    expect(spec).toEqual({
      ...defaults,
      // With one pod there is no other that could take its streams.
      scaling: { ...defaults.scaling, provider: 'None', minReplicas: 1 },
    })
  })

  test('each value under streamCapacity reaches the field of its name', async () => {
    const values: GivenValues = {
      'streamCapacity.scaling.provider': 'Direct',
      'streamCapacity.scaling.minReplicas': 3,
      'streamCapacity.scaling.maxReplicas': 500,
      'streamCapacity.scaling.scaleDown.stabilizationSeconds': 0,
      'streamCapacity.scaling.scaleDown.maxPercent': 100,
      'streamCapacity.subscribersPerPod.limit': 1_000_000,
      'streamCapacity.subscribersPerPod.target': 100_000,
      'streamCapacity.connections.maxAge': '20m',
      'streamCapacity.connections.heartbeat': '250ms',
      'streamCapacity.connections.retry': '0s',
      'streamCapacity.connections.perPrincipal': 1_000_000,
      'streamCapacity.history.events': 100_000,
      'streamCapacity.history.age': '168h',
      'streamCapacity.drain.window': '2m',
      'streamCapacity.rebalance.enabled': false,
      'streamCapacity.rebalance.tolerancePercent': 1,
      'streamCapacity.rebalance.maxPercentPerMinute': 99,
    }
    expect(Object.keys(values).toSorted()).toEqual(
      CHART_VALUES.map(({ name }) => name)
        .filter((name) => name.startsWith('streamCapacity.'))
        .toSorted(),
    )
    const chart = await render(helm, { ...values, 'redis.url': 'redis://redis' })

    const { targetRef, ...spec } = chart.one('StreamCapacity').spec
    expect(targetRef).toEqual({ kind: 'Deployment', name: chart.server.metadata.name })
    for (const [name, value] of Object.entries(values)) {
      expect(spec).toHaveProperty(name.replace('streamCapacity.', ''), value)
    }
    expect(streamCapacitySpec.safeParse({ targetRef, ...spec }).error).toBeUndefined()
  })

  test('the chart refuses what the API server would refuse, and nothing else', async () => {
    const pods = fc.integer({ min: 1, max: 4 })
    const streams = fc.integer({ min: 1, max: 12 })
    const wait = fc.constantFrom('0s', '999ms', '1s')
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          subscribersPerPod: fc.record({ target: streams, limit: streams }),
          scaling: fc.record({ minReplicas: pods, maxReplicas: pods }),
          connections: fc.record({ retry: wait }),
          history: fc.record({ age: fc.constantFrom('1000ms', '1001ms', '1m') }),
          drain: fc.record({ window: wait }),
        }),
        async (streamCapacity) => {
          const rendered = render(helm, { streamCapacity })
          const { success } = streamCapacitySpec.safeParse({
            targetRef: { name: 'runnel' },
            ...streamCapacity,
          })

          const outcome = await rendered.then(
            () => true,
            () => false,
          )
          expect(outcome).toBe(success)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('large numbers are written as integers: Helm by itself writes 1e+06', async () => {
    const values = ['target', 'limit'].map(
      (name) => `--set-json=streamCapacity.subscribersPerPod.${name}=1000000`,
    )
    const only = '--show-only=templates/controller/streamcapacity.yaml'
    const text = await runHelm(helm, ['template', 'runnel', CHART, KUBERNETES, only, ...values])

    expect(text.match(/(target|limit): .*/g)).toEqual(['target: 1000000', 'limit: 1000000'])
  })

  test('an upgrade needs the kind in the cluster, an installation brings it', async () => {
    const known = { apiVersions: [KIND] }
    await expect(render(helm)).resolves.toBeDefined()
    await expect(render(helm, {}, { ...known, isUpgrade: true })).resolves.toBeDefined()
    await expect(
      render(helm, { 'controller.enabled': false }, { isUpgrade: true }),
    ).resolves.toBeDefined()

    await expect(render(helm, {}, { isUpgrade: true })).rejects.toThrow(
      'run `kubectl apply --server-side -f charts/runnel/crds`, or set controller.enabled=false',
    )
  })

  test('the number of pods is left to whoever scales', async () => {
    const chart = await render(helm, {
      'redis.url': 'redis://redis',
      'streamCapacity.scaling.provider': 'Direct',
      'streamCapacity.scaling.minReplicas': 2,
    })

    expect(chart.server.spec).not.toHaveProperty('replicas')
  })
})
