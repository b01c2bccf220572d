import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import type { Deployment } from './kube-objects.ts'
import { render } from './render.ts'

const TRACED = { 'telemetry.traces.endpoint': 'http://jaeger:4318' }
const PUSHED = {
  'telemetry.metrics.push': true,
  'telemetry.metrics.endpoint': 'https://collector.example/otlp/',
}
const RESOURCE =
  'service.instance.id=$(K8S_POD_NAME),k8s.pod.name=$(K8S_POD_NAME),' +
  'k8s.namespace.name=$(K8S_NAMESPACE_NAME),k8s.node.name=$(K8S_NODE_NAME)'
const HEADERS = { valueFrom: { secretKeyRef: { name: 'otlp', key: 'headers' } } }

describe.each(HELMS)('$name', (helm) => {
  test('by default nothing is sent', async () => {
    const chart = await render(helm)

    for (const deployment of [chart.server, chart.controller]) {
      expect(namesIn(deployment).filter((name) => /OTEL|K8S|TELEMETRY/.test(name))).toEqual([])
      expect(deployment.spec.template.metadata.annotations).toBeUndefined()
    }
  })

  test('with an endpoint the service and the controller send spans, and nothing else', async () => {
    const chart = await render(helm, TRACED)

    const sent = {
      OTEL_RESOURCE_ATTRIBUTES: RESOURCE,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://jaeger:4318',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    }
    expect(telemetryOf(chart.server)).toEqual({ OTEL_SERVICE_NAME: 'runnel', ...sent })
    expect(telemetryOf(chart.controller)).toEqual({
      OTEL_SERVICE_NAME: 'runnel-controller',
      ...sent,
    })
  })

  test('a pod gets its own name, its namespace and its node, before they are used', async () => {
    const chart = await render(helm, TRACED)

    for (const deployment of [chart.server, chart.controller]) {
      const fields = {
        K8S_POD_NAME: 'metadata.name',
        K8S_NAMESPACE_NAME: 'metadata.namespace',
        K8S_NODE_NAME: 'spec.nodeName',
      }
      const names = namesIn(deployment)
      for (const [name, fieldPath] of Object.entries(fields)) {
        expect(envOf(deployment)).toContainEqual({ name, valueFrom: { fieldRef: { fieldPath } } })
        expect(names.indexOf(name)).toBeLessThan(names.indexOf('OTEL_RESOURCE_ATTRIBUTES'))
      }
    }
  })

  test('the sampler is for the service, the only one that takes publishes', async () => {
    for (const [given, text] of [
      [0.25, '0.25'],
      ['0.25', '0.25'],
      [1, '1'],
      [0, '0'],
    ]) {
      const chart = await render(helm, {
        ...TRACED,
        'telemetry.traces.sampler': 'parentbased_traceidratio',
        'telemetry.traces.samplerArg': given,
      })

      const sampler = {
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: text,
      }
      expect(telemetryOf(chart.server)).toMatchObject(sampler)
      expect(Object.keys(telemetryOf(chart.controller))).not.toContain('OTEL_TRACES_SAMPLER')
    }
  })

  test('metrics are pushed to their own endpoint, under the path that OTLP gives them', async () => {
    const chart = await render(helm, { ...PUSHED, 'telemetry.metrics.interval': '1m' })

    for (const deployment of [chart.server, chart.controller]) {
      expect(telemetryOf(deployment)).toEqual({
        OTEL_SERVICE_NAME: expect.any(String),
        OTEL_RESOURCE_ATTRIBUTES: RESOURCE,
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://collector.example/otlp/v1/metrics',
        OTEL_METRIC_EXPORT_INTERVAL: '60000',
        OTEL_LOGS_EXPORTER: 'none',
      })
    }
  })

  test('metrics without an endpoint of their own go where spans go, in the same way', async () => {
    const chart = await render(helm, {
      'telemetry.traces.endpoint': 'http://collector:4317',
      'telemetry.traces.protocol': 'grpc',
      'telemetry.metrics.push': true,
    })

    const { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: own, ...sent } = telemetryOf(chart.server)
    expect(own).toBeUndefined()
    expect(sent).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
      OTEL_METRICS_EXPORTER: 'otlp',
    })
  })

  test('headers go to the endpoint that they are for, and to no other', async () => {
    const secret = { 'telemetry.traces.headersSecret.name': 'otlp' }
    const both = await render(helm, { ...TRACED, ...secret, 'telemetry.metrics.push': true })
    expect(headersIn(both.server)).toEqual([
      { name: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', ...HEADERS },
      { name: 'OTEL_EXPORTER_OTLP_METRICS_HEADERS', ...HEADERS },
    ])

    const apart = await render(helm, { ...TRACED, ...PUSHED, ...secret })
    expect(headersIn(apart.server)).toEqual([
      { name: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', ...HEADERS },
    ])

    const pushed = await render(helm, { ...PUSHED, 'telemetry.metrics.headersSecret.name': 'otlp' })
    expect(headersIn(pushed.controller)).toEqual([
      { name: 'OTEL_EXPORTER_OTLP_METRICS_HEADERS', ...HEADERS },
    ])
  })

  test('further attributes are encoded, so that no value becomes a second attribute', async () => {
    const attributes = { 'deployment.environment.name': 'a b,c=d %$(HOME)', team: 'Zürich' }
    const chart = await render(helm, { ...TRACED, 'telemetry.resourceAttributes': attributes })

    const { OTEL_RESOURCE_ATTRIBUTES: text = '' } = telemetryOf(chart.server)
    const further = text.replace(`${RESOURCE},`, '')
    expect(further).not.toContain('$')
    expect(
      Object.fromEntries(
        further.split(',').map((pair) => pair.split('=').map((part) => decodeURIComponent(part))),
      ),
    ).toEqual(attributes)
  })

  test('channels are a list of the service', async () => {
    const chart = await render(helm, { 'telemetry.channels': ['orders', 'user.*'] })

    expect(telemetryOf(chart.server)).toEqual({ RUNNEL_TELEMETRY_CHANNELS: 'orders,user.*' })
    expect(telemetryOf(chart.controller)).toEqual({})
  })
})

function envOf({ spec }: Deployment) {
  return spec.template.spec.containers[0].env
}

function namesIn(deployment: Deployment): string[] {
  return envOf(deployment).map(({ name }) => name)
}

function headersIn(deployment: Deployment) {
  return envOf(deployment).filter(({ name }) => name.endsWith('_HEADERS'))
}

/** The variables of telemetry whose values are texts. */
function telemetryOf(deployment: Deployment): Record<string, string> {
  return Object.fromEntries(
    envOf(deployment).flatMap(({ name, value }) =>
      /^OTEL_|TELEMETRY/.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  )
}
