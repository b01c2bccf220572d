import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../src/config/kinds/duration.ts'
import { resolve } from '../../src/config/resolve.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { HELMS } from '../../rig/release/helm.ts'
import { render, type Rendered } from './render.ts'

/** Seconds of the grace period beyond the sleep and the drain. */
const MARGIN = 10

describe.each(HELMS)('$name', (helm) => {
  test('every pod meets the restricted Pod Security Standard, on a read-only root', async () => {
    const chart = await render(helm)

    for (const pod of podsOf(chart)) {
      expect(pod.securityContext).toEqual({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      expect(pod.containers).toHaveLength(1)
      expect(pod.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
      })
    }
  })

  test('no pod has variables of other Services, and only the controller has a token', async () => {
    const chart = await render(helm)

    const names = chart.all('ServiceAccount').map(({ metadata, ...account }) => {
      expect(account).toMatchObject({ automountServiceAccountToken: false })
      return metadata.name
    })
    expect(names).toEqual(['runnel-controller', 'runnel'])
    const controller = chart.controller.spec.template.spec
    for (const pod of podsOf(chart)) {
      expect(pod.serviceAccountName).toBe(pod === controller ? 'runnel-controller' : 'runnel')
      expect(pod.automountServiceAccountToken).toBe(pod === controller)
      expect(pod.enableServiceLinks).toBe(false)
    }
  })

  test('a pod of the service needs no volume, unless the controller writes files for it', async () => {
    const alone = await render(helm, { 'controller.enabled': false })
    expect(alone.server.spec.template.spec.volumes).toBeUndefined()

    const { volumes, containers } = (await render(helm)).server.spec.template.spec
    expect(volumes).toEqual([
      { name: 'capacity', configMap: { name: 'runnel-capacity', optional: true } },
      { name: 'admin-token', secret: { secretName: 'runnel-admin', optional: true } },
    ])
    expect(containers[0].volumeMounts).toEqual([
      { name: 'capacity', mountPath: '/etc/runnel/capacity', readOnly: true },
      { name: 'admin-token', mountPath: '/etc/runnel/admin', readOnly: true },
    ])
  })

  test('the service starts with the variables it is given, and understands them all', async () => {
    const chart = await render(helm, {
      'controller.enabled': false,
      'exposure.trustedHops': 2,
      'streamCapacity.subscribersPerPod.limit': 1_000_000,
      'streamCapacity.history.events': 100_000,
      'streamCapacity.connections.maxAge': '20m',
      'streamCapacity.connections.heartbeat': '250ms',
      'streamCapacity.connections.retry': '0s',
      'streamCapacity.history.age': '168h',
      'streamCapacity.drain.window': '2m',
      logLevel: 'warn',
      extraEnv: [{ name: 'RUNNEL_CORS_ORIGINS', value: 'https://app.example' }],
    })

    const { env } = serverOf(chart)
    const resolution = resolve(SERVE_TABLE, {
      env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
      flags: {},
    })
    expect(resolution).toMatchObject({
      kind: 'resolved',
      warnings: [],
      config: {
        listen: { host: '::', port: 8080 },
        adminListen: { host: '::', port: 9090 },
        auth: 'none',
        trustedHops: 2,
        maxStreams: 1_000_000,
        historyEvents: 100_000,
        maxAge: 1_200_000,
        heartbeat: 250,
        retry: 0,
        historyAge: 604_800_000,
        drainWindow: 120_000,
        logLevel: 'warn',
        corsOrigins: ['https://app.example'],
      },
    })
  })

  test('the grace period holds the sleep, the whole drain and a margin', async () => {
    const window = fc.integer({ min: 0, max: 3_600_000 })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          window.map((ms) => `${ms}ms`),
          window.map(formatDuration),
        ),
        fc.integer({ min: 0, max: 600 }),
        async (drain, sleep) => {
          const chart = await render(helm, {
            'streamCapacity.drain.window': drain,
            'streamCapacity.history.age': '2h',
            preStopSleepSeconds: sleep,
          })

          expect(chart.server.spec.template.spec.terminationGracePeriodSeconds).toBe(
            sleep + Math.ceil(parseDuration(drain)! / 1_000) + MARGIN,
          )
        },
      ),
      {
        numRuns: 20,
        examples: [
          ['20s', 5],
          ['0s', 0],
          ['500ms', 5],
          ['1001ms', 5],
          ['08s', 5],
          ['2m', 5],
          ['1h', 600],
        ],
      },
    )
  })

  test('a pod that is terminated sleeps first, unless the sleep is 0', async () => {
    const patient = await render(helm, { preStopSleepSeconds: 7 })
    const prompt = await render(helm, { preStopSleepSeconds: 0 })

    expect(serverOf(patient).lifecycle).toEqual({ preStop: { sleep: { seconds: 7 } } })
    expect(serverOf(prompt).lifecycle).toBeUndefined()
  })

  test('the old pod leaves as soon as the new one is ready', async () => {
    const { spec } = (await render(helm)).server

    expect(spec).toMatchObject({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    })
    expect(spec).not.toHaveProperty('minReadySeconds')
  })

  test('the number of pods is set only where it is a value', async () => {
    expect((await render(helm)).server.spec).not.toHaveProperty('replicas')
    for (const replicaCount of [0, 1]) {
      expect((await render(helm, { replicaCount })).server.spec.replicas).toBe(replicaCount)
    }
  })

  test('probes ask the admin listener, which no limit of clients can fill', async () => {
    expect(serverOf(await render(helm))).toMatchObject({
      startupProbe: { httpGet: { path: '/health/live', port: 'admin' } },
      readinessProbe: { httpGet: { path: '/health/ready', port: 'admin' } },
      livenessProbe: { httpGet: { path: '/health/live', port: 'admin' } },
    })
  })

  test('a digest beats the tag, which beats the version of the chart', async () => {
    const digest = `sha256:${'0'.repeat(64)}`
    for (const [values, image] of [
      [{}, 'runnel:0.1.0'],
      [
        { 'image.repository': 'registry.example/runnel', 'image.tag': '1' },
        'registry.example/runnel:1',
      ],
      [{ 'image.tag': '1', 'image.digest': digest }, `runnel@${digest}`],
    ] as const) {
      const images = podsOf(await render(helm, values)).map((pod) => pod.containers[0].image)
      expect(images).toEqual([image, image, image])
    }
  })

  test('values for the scheduling of pods reach them', async () => {
    const given = {
      imagePullSecrets: [{ name: 'registry' }],
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'streams', operator: 'Exists', effect: 'NoSchedule' }],
    }
    const server = {
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    }
    const chart = await render(helm, {
      ...given,
      ...server,
      podLabels: { team: 'events' },
      podAnnotations: { 'example.com/note': 'yes' },
      'resources.limits': { memory: '2Gi' },
    })

    for (const pod of podsOf(chart)) expect(pod).toMatchObject(given)
    const { metadata, spec } = chart.server.spec.template
    expect(spec).toMatchObject(server)
    expect(metadata.labels['team']).toBe('events')
    expect(metadata.annotations).toEqual({ 'example.com/note': 'yes' })
    expect(spec.containers[0].resources).toEqual({
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { memory: '2Gi' },
    })
  })
})

/** The pods of the service, of the controller and of the test. */
function podsOf(chart: Rendered) {
  return [
    chart.server.spec.template.spec,
    chart.controller.spec.template.spec,
    chart.one('Pod').spec,
  ]
}

function serverOf(chart: Rendered) {
  return chart.server.spec.template.spec.containers[0]
}
