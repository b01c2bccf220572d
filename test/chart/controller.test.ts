import { describe, expect, test } from 'vitest'
import { CONTROL_TABLE } from '../../src/config/control/control-table.ts'
import { resolve } from '../../src/config/resolve.ts'
import { HELMS } from '../../rig/release/helm.ts'
import { render, type Rendered } from './render.ts'

const NAMES = { release: 'events', namespace: 'streams' }

describe.each(HELMS)('$name', (helm) => {
  test('the controller runs the command control, and gets the names of its objects', async () => {
    const chart = await render(helm, { logLevel: 'warn' }, NAMES)

    const [container] = chart.controller.spec.template.spec.containers
    expect(container.args).toEqual(['control'])
    expect(container.env).toEqual([
      { name: 'RUNNEL_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'RUNNEL_ADMIN_LISTEN', value: '[::]:9090' },
      { name: 'RUNNEL_LEASE', value: 'events-runnel-controller' },
      { name: 'RUNNEL_ADMIN_TOKEN_SECRET', value: 'events-runnel-admin' },
      { name: 'RUNNEL_POD_PROXY', value: 'off' },
      { name: 'RUNNEL_INSTANCE', value: 'events' },
      { name: 'RUNNEL_APP_NAME', value: 'runnel' },
      { name: 'RUNNEL_CONTROLLER_SERVICE', value: 'events-runnel-controller' },
      { name: 'RUNNEL_LOG_LEVEL', value: 'warn' },
    ])
  })

  test.each([{}, { 'metricsApi.register': true, 'controller.podProxy': true }])(
    'the controller understands all its variables: %j',
    async (values) => {
      const { env } = (await render(helm, values)).controller.spec.template.spec.containers[0]

      const variables = env.map(({ name, value = 'from-the-pod' }) => [name, value] as const)
      const resolution = resolve(CONTROL_TABLE, { env: Object.fromEntries(variables), flags: {} })
      expect(resolution).toMatchObject({ kind: 'resolved', warnings: [] })
    },
  )

  test('probes ask the admin port, which the Service leads to as well', async () => {
    const chart = await render(helm)

    const [container] = chart.controller.spec.template.spec.containers
    expect(container).toMatchObject({
      startupProbe: { httpGet: { path: '/livez', port: 'admin' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'admin' } },
      livenessProbe: { httpGet: { path: '/livez', port: 'admin' } },
    })
    expect(container.ports).toEqual([{ name: 'admin', containerPort: 9090 }])
    const { spec } = chart.one('Service', '-controller')
    expect(spec.ports).toEqual([
      { name: 'admin', port: 9090, targetPort: 'admin', appProtocol: 'http' },
    ])
    expect(chart.controller.spec.template.metadata.labels).toMatchObject(spec.selector)
    expect(chart.server.spec.template.metadata.labels).not.toMatchObject(spec.selector)
  })

  test('its Lease and its Secrets are there, and empty', async () => {
    const chart = await render(helm, { 'metricsApi.register': true }, NAMES)

    const fields = [...chart.all('Lease'), ...chart.all('Secret')].map(
      ({ kind, metadata, ...rest }) => [kind, metadata.name, Object.keys(rest).toSorted()],
    )
    expect(fields).toEqual([
      ['Lease', 'events-runnel-controller', ['apiVersion']],
      ['Secret', 'events-runnel-admin', ['apiVersion', 'type']],
      ['Secret', 'events-runnel-metrics-api', ['apiVersion', 'type']],
    ])
  })

  test('two pods are spread, and evicted one by one; a single one is neither', async () => {
    const pair = await render(helm, { 'controller.replicas': 2 })
    const { spec, selector } = { ...pair.controller.spec.template, ...pair.controller.spec }
    expect(pair.controller.spec.replicas).toBe(2)
    expect(spec.topologySpreadConstraints).toEqual(
      ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) =>
        expect.objectContaining({ topologyKey, labelSelector: selector }),
      ),
    )
    expect(pair.one('PodDisruptionBudget', '-controller').spec).toMatchObject({
      maxUnavailable: 1,
      selector,
    })

    const single = await render(helm, { 'controller.replicas': 1 })
    expect(single.all('PodDisruptionBudget')).toEqual([])
    expect(single.controller.spec.template.spec.topologySpreadConstraints).toBeUndefined()
  })

  test('by default the number of pods is left to others, who may add some', async () => {
    const chart = await render(helm)

    const { spec } = chart.controller
    expect(spec).not.toHaveProperty('replicas')
    expect(spec.template.spec.topologySpreadConstraints).toHaveLength(2)
    expect(chart.all('PodDisruptionBudget')).toHaveLength(1)
  })

  test('as the metrics API of the cluster it has two pods, unless a value says otherwise', async () => {
    for (const [values, replicas] of [
      [{}, 2],
      [{ 'controller.replicas': 3 }, 3],
    ] as const) {
      const chart = await render(helm, { ...values, 'metricsApi.register': true })

      expect(chart.controller.spec.replicas).toBe(replicas)
    }
  })

  test('resources, labels, annotations, and where pods run, are values', async () => {
    const given = {
      imagePullSecrets: [{ name: 'registry' }],
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'streams', operator: 'Exists', effect: 'NoSchedule' }],
    }
    const chart = await render(helm, {
      ...given,
      'controller.resources': { limits: { cpu: 1 } },
      'controller.podLabels': { team: 'events' },
      'controller.podAnnotations': { 'example.com/note': 'yes' },
      'telemetry.scrapeAnnotations': true,
    })

    const { metadata, spec } = chart.controller.spec.template
    expect(metadata.labels).toEqual({
      ...chart.controller.spec.selector.matchLabels,
      team: 'events',
    })
    expect(metadata.annotations).toMatchObject({
      'example.com/note': 'yes',
      'prometheus.io/scrape': 'true',
    })
    expect(spec).toMatchObject(given)
    expect(spec.containers[0].resources).toMatchObject({ limits: { cpu: 1 } })
  })

  test('pods of the service take their settings from its file, so that a change replaces none', async () => {
    const before = await render(helm)
    const after = await render(helm, {
      'streamCapacity.subscribersPerPod.limit': 3000,
      'streamCapacity.connections.heartbeat': '5s',
      'streamCapacity.history.events': 5000,
    })

    expect(after.server.spec.template).toEqual(before.server.spec.template)
    expect(Object.fromEntries(variablesOf(before))).toMatchObject({
      RUNNEL_CAPACITY_FILE: '/etc/runnel/capacity/capacity.json',
      RUNNEL_ADMIN_TOKEN_FILE: '/etc/runnel/admin/token',
    })
  })

  test('a chart without a controller has nothing of it', async () => {
    const chart = await render(helm, { 'controller.enabled': false, 'networkPolicy.enabled': true })

    for (const { metadata } of chart.objects) {
      expect(metadata.labels['app.kubernetes.io/component']).not.toBe('controller')
    }
    expect(chart.all('StreamCapacity')).toEqual([])
    const names = variablesOf(chart).map(([name]) => name)
    expect(names).not.toContain('RUNNEL_CAPACITY_FILE')
    expect(names).not.toContain('RUNNEL_ADMIN_TOKEN_FILE')
  })
})

function variablesOf(chart: Rendered): (readonly [string, unknown])[] {
  const [{ env }] = chart.server.spec.template.spec.containers
  return env.map(({ name, value }) => [name, value] as const)
}
