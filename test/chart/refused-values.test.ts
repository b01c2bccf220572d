import { describe, expect, test } from 'vitest'
import { formatDuration } from '../../src/config/kinds/duration.ts'
import { CAPACITY_DURATIONS } from './capacity-values.ts'
import { HELMS } from '../../rig/release/helm.ts'
import { render, type GivenValues } from './render.ts'

const SCALED = { 'redis.url': 'redis://redis', 'streamCapacity.scaling.provider': 'Direct' }
const TIMEOUT = 'nginx.ingress.kubernetes.io/proxy-read-timeout'

describe.each(HELMS)('$name', (helm) => {
  test.each<[GivenValues, string]>([
    [
      { replicaCount: 3 },
      'replicaCount is 3, expected at most 1 while the log is in the memory of a pod, where an event would never reach the subscribers of another: set redis.url or redis.existingSecret.name, and all pods share one log',
    ],
    [
      { 'exposure.publish': true },
      'exposure.publish is true while auth.mode is none: whoever reaches the ingress could publish; publish from inside the cluster, through the Service',
    ],
    [
      { 'exposure.tls.secretName': 'certificate' },
      'exposure.tls.secretName is set without exposure.host: an ingress controller picks the certificate by the name that a client asks for',
    ],
    [
      { 'exposure.trustedHops': 0, extraEnv: [{ name: 'RUNNEL_MAX_PER_ADDRESS', value: '5' }] },
      'extraEnv sets RUNNEL_MAX_PER_ADDRESS while exposure.trustedHops is 0: all clients would share the limit of one address, that of the ingress controller; set exposure.trustedHops to the number of proxies in front',
    ],
    [
      { 'exposure.annotations': { [TIMEOUT]: '5' } },
      `exposure.annotations sets ${TIMEOUT}, which the chart sets: streams and polls need different values of it`,
    ],
    [
      { 'streamCapacity.connections.retry': '1m', 'streamCapacity.history.age': '60s' },
      'streamCapacity.history.age is 60s, expected more than streamCapacity.connections.retry (1m): what happens while a client waits to reconnect would be gone when it does',
    ],
    [
      { 'streamCapacity.drain.window': '1m', 'streamCapacity.history.age': '60s' },
      'streamCapacity.history.age is 60s, expected more than streamCapacity.drain.window (1m): events would leave the history while a pod drains',
    ],
    [
      { 'streamCapacity.scaling.minReplicas': 21 },
      'streamCapacity.scaling.minReplicas is 21, expected at most streamCapacity.scaling.maxReplicas (20)',
    ],
    [
      { 'streamCapacity.subscribersPerPod.target': 1501 },
      'streamCapacity.subscribersPerPod.target is 1501, expected at most streamCapacity.subscribersPerPod.limit (1500): full pods would never get help',
    ],
    [
      {
        'streamCapacity.subscribersPerPod.target': 1001,
        'streamCapacity.scaling.minReplicas': 3,
      },
      'streamCapacity.subscribersPerPod.target is 1001, expected at most 1000 with a limit of 1500 and 3 pods: the loss of one pod would overflow the others',
    ],
    ...[true, false].map((enabled): [GivenValues, string] => [
      {
        'controller.enabled': enabled,
        extraEnv: [{ name: 'RUNNEL_HEARTBEAT', value: '5s' }],
      },
      'extraEnv sets RUNNEL_HEARTBEAT, which the chart sets',
    ]),
    [
      { ...SCALED, 'controller.enabled': false },
      'streamCapacity.scaling.provider is Direct while controller.enabled is false: the controller is what scales; enable it, or set the provider to None',
    ],
    [
      { ...SCALED, 'controller.replicas': 0 },
      'streamCapacity.scaling.provider is Direct while controller.replicas is 0: the controller is what scales; set controller.replicas to 1 or more, or the provider to None',
    ],
    [
      { ...SCALED, replicaCount: 1 },
      'replicaCount is 1 while streamCapacity.scaling.provider is Direct: each upgrade would reset the number of pods; leave replicaCount out, and set streamCapacity.scaling.minReplicas',
    ],
    [
      { ...SCALED, 'redis.url': '' },
      'streamCapacity.scaling.provider is Direct with up to 20 pods while the log is in the memory of a pod, where an event would never reach the subscribers of another: set redis.url or redis.existingSecret.name, and all pods share one log',
    ],
    [
      { ...SCALED, 'streamCapacity.scaling.provider': 'CustomMetrics' },
      'streamCapacity.scaling.provider is CustomMetrics while metricsApi.register is false: a HorizontalPodAutoscaler could never read the number of subscribers; set metricsApi.register=true, or the provider to Direct',
    ],
    [
      { 'metricsApi.register': true, 'controller.enabled': false },
      'metricsApi.register is true while controller.enabled is false: the controller serves the metrics API, and an APIService without a server stops the deletion of namespaces',
    ],
    [
      { 'metricsApi.register': true, 'controller.replicas': 0 },
      'metricsApi.register is true while controller.replicas is 0: an APIService without a server stops the deletion of namespaces',
    ],
    ...['podLabels', 'controller.podLabels', 'tests.podLabels'].map(
      (name): [GivenValues, string] => [
        { [name]: { 'app.kubernetes.io/component': 'events' } },
        `${name} sets app.kubernetes.io/component, by which the Deployments and the Services find their pods`,
      ],
    ),
    [
      { 'tests.podAnnotations': { 'helm.sh/hook': 'post-install' } },
      'tests.podAnnotations sets helm.sh/hook, which the chart sets: Helm finds the test by it',
    ],
  ])('values that cannot work are refused with the reason: %j', async (values, reason) => {
    await expect(render(helm, values)).rejects.toThrow(`\n${reason}\n`)
  })

  test('a fleet that never has more than one pod needs no Redis, whatever its provider', async () => {
    const values = {
      'streamCapacity.scaling.provider': 'Direct',
      'streamCapacity.scaling.maxReplicas': 1,
    }
    await expect(render(helm, values)).resolves.toBeDefined()
  })

  test('a controller without pods is accepted where it does not scale', async () => {
    for (const provider of ['None', 'External']) {
      const values = { 'controller.replicas': 0, 'streamCapacity.scaling.provider': provider }
      await expect(render(helm, { ...values, 'redis.url': 'redis://redis' })).resolves.toBeDefined()
    }
  })

  test.each([
    { 'exposure.trustedHops': 1 },
    { 'exposure.trustedHops': 0, 'exposure.preset': 'none' },
  ])('a limit of an address is accepted where the address is known: %j', async (values) => {
    const extraEnv = [{ name: 'RUNNEL_MAX_PER_ADDRESS', value: '5' }]
    await expect(render(helm, { ...values, extraEnv })).resolves.toBeDefined()
  })

  test('all problems are reported at once', async () => {
    const refused = render(helm, { replicaCount: 2, 'exposure.publish': true })

    await expect(refused).rejects.toThrow(/^replicaCount is 2.*\nexposure\.publish is true/m)
  })

  test('the chart accepts every duration that the service accepts', async () => {
    await expect(
      render(
        helm,
        durations(({ min }) => min),
      ),
    ).resolves.toBeDefined()
    await expect(
      render(
        helm,
        durations(({ max }) => max),
      ),
    ).resolves.toBeDefined()
  })

  test('the chart refuses durations that the service refuses', async () => {
    const tooLong = durations(({ max }) => max + 1)
    for (const { name, kind } of CAPACITY_DURATIONS) {
      const [min, max] = kind.range.split(' to ')
      const reason = `\n${name} is ${String(tooLong[name])}, expected ${min} to ${max}\n`
      await expect(render(helm, tooLong)).rejects.toThrow(reason)
    }

    const tooShort = durations(({ min }) => Math.max(0, min - 1))
    for (const { name, min } of CAPACITY_DURATIONS) {
      if (min === 0) continue
      const reason = `\n${name} is ${String(tooShort[name])}, expected `
      await expect(render(helm, tooShort)).rejects.toThrow(reason)
    }
  })
})

/** One of each, in ms. */
function durations(choose: (bounds: { min: number; max: number }) => number): GivenValues {
  return Object.fromEntries(
    CAPACITY_DURATIONS.map((value) => [value.name, formatDuration(choose(value))]),
  )
}
