import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { render } from './render.ts'

const REGISTERED = { 'metricsApi.register': true }

describe.each(HELMS)('$name', (helm) => {
  test('both versions of the API lead to the Service of the controller', async () => {
    const chart = await render(helm, REGISTERED, { release: 'events', namespace: 'streams' })

    expect(chart.all('APIService').map(({ metadata, spec }) => [metadata, spec])).toEqual(
      [
        ['v1beta1', 100],
        ['v1beta2', 200],
      ].map(([version, versionPriority]) => [
        expect.objectContaining({ name: `${version}.custom.metrics.k8s.io` }),
        {
          group: 'custom.metrics.k8s.io',
          version,
          groupPriorityMinimum: 100,
          versionPriority,
          // No authority: the controller writes it, and an upgrade must not take it away.
          service: { name: 'events-runnel-controller', namespace: 'streams', port: 443 },
        },
      ]),
    )
    expect(chart.one('Service', '-controller').spec.ports).toContainEqual({
      name: 'metrics-api',
      port: 443,
      targetPort: 'metrics-api',
      appProtocol: 'https',
    })
  })

  test('the controller listens for it only where it is registered', async () => {
    for (const [values, length] of [
      [{}, 0],
      [REGISTERED, 1],
    ] as const) {
      const chart = await render(helm, values)

      const { env, ports } = chart.controller.spec.template.spec.containers[0]
      expect(ports.filter(({ containerPort }) => containerPort === 10_250)).toHaveLength(length)
      for (const [name, value] of [
        ['RUNNEL_METRICS_API_LISTEN', '[::]:10250'],
        ['RUNNEL_METRICS_API_SECRET', 'runnel-metrics-api'],
      ]) {
        expect(env.filter((variable) => variable.name === name)).toEqual(
          Array.from({ length }, () => ({ name, value })),
        )
      }
    }
  })
})
