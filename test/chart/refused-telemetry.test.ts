import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { render, type GivenValues } from './render.ts'

const TRACED = { 'telemetry.traces.endpoint': 'http://jaeger:4318' }
const BY_RATIO = { ...TRACED, 'telemetry.traces.sampler': 'traceidratio' }
const PUSHED = { 'telemetry.metrics.push': true, 'telemetry.metrics.endpoint': 'http://collector' }
const SCRAPED = { 'telemetry.podMonitor.enabled': true }

describe.each(HELMS)('$name', (helm) => {
  test.each<[GivenValues, string]>([
    ...Object.entries({
      sampler: 'always_on',
      'headersSecret.name': 'otlp',
    }).map(([name, value]): [GivenValues, string] => [
      { [`telemetry.traces.${name}`]: value },
      `telemetry.traces.${name} is set without telemetry.traces.endpoint: nothing is traced`,
    ]),
    [
      BY_RATIO,
      'telemetry.traces.sampler is traceidratio without telemetry.traces.samplerArg: every publish would be traced; set the share of publishes, such as 0.01',
    ],
    ...[1.5, '1.5', '-0.1', '10%', 'half', '.5'].map((arg): [GivenValues, string] => [
      { ...BY_RATIO, 'telemetry.traces.samplerArg': arg },
      `telemetry.traces.samplerArg is ${arg}, expected a share of publishes from 0 to 1, such as 0.01`,
    ]),
    ...['', 'always_on', 'parentbased_always_off'].map((sampler): [GivenValues, string] => [
      { ...TRACED, 'telemetry.traces.sampler': sampler, 'telemetry.traces.samplerArg': 0.5 },
      'telemetry.traces.samplerArg is 0.5, which only traceidratio and parentbased_traceidratio take: set telemetry.traces.sampler to one of them, or leave samplerArg out',
    ]),
    [
      { 'telemetry.metrics.push': true },
      'telemetry.metrics.push is true without telemetry.metrics.endpoint or telemetry.traces.endpoint: metrics would go nowhere',
    ],
    ...['999ms', '2h'].map((interval): [GivenValues, string] => [
      { ...PUSHED, 'telemetry.metrics.interval': interval },
      `telemetry.metrics.interval is ${interval}, expected 1s to 1h`,
    ]),
    [
      { 'telemetry.metrics.endpoint': 'http://collector' },
      'telemetry.metrics.endpoint is set while telemetry.metrics.push is false: nothing is sent there',
    ],
    [
      { ...TRACED, 'telemetry.metrics.push': true, 'telemetry.metrics.headersSecret.name': 'otlp' },
      'telemetry.metrics.headersSecret.name is set without telemetry.metrics.endpoint: metrics for the endpoint of traces are sent with its headers',
    ],
    [
      { 'telemetry.resourceAttributes': { team: 'events' } },
      'telemetry.resourceAttributes is set while neither traces nor metrics are sent: set telemetry.traces.endpoint, or telemetry.metrics.push',
    ],
    ...['service.name', 'service.instance.id', 'k8s.pod.name'].map(
      (name): [GivenValues, string] => [
        { ...TRACED, 'telemetry.resourceAttributes': { [name]: 'events' } },
        `telemetry.resourceAttributes sets ${name}, which is set already`,
      ],
    ),
    [
      { ...SCRAPED, 'telemetry.scrapeAnnotations': true },
      'telemetry.scrapeAnnotations and telemetry.podMonitor.enabled are both true: Prometheus would scrape each pod twice',
    ],
    ...[SCRAPED, { 'telemetry.scrapeAnnotations': true }].map((scraped): [GivenValues, string] => [
      { ...scraped, 'networkPolicy.enabled': true },
      'Prometheus is to scrape the pods while networkPolicy.enabled keeps it from their admin ports: name it in networkPolicy.adminFrom',
    ]),
    ...['podMonitor', 'rules', 'dashboard'].map((group): [GivenValues, string] => [
      { [`telemetry.${group}.labels`]: { 'app.kubernetes.io/instance': 'events' } },
      `telemetry.${group}.labels sets app.kubernetes.io/instance, which the chart sets`,
    ]),
    ...['podAnnotations', 'controller.podAnnotations'].map((name): [GivenValues, string] => [
      { 'telemetry.scrapeAnnotations': true, [name]: { 'prometheus.io/port': '8080' } },
      `${name} sets prometheus.io/port, which telemetry.scrapeAnnotations sets`,
    ]),
    ...['OTEL_TRACES_EXPORTER', 'OTEL_RESOURCE_ATTRIBUTES', 'K8S_POD_NAME'].map(
      (name): [GivenValues, string] => [
        { ...TRACED, extraEnv: [{ name, value: 'none' }] },
        `extraEnv sets ${name}, which the chart sets`,
      ],
    ),
    [
      {
        'telemetry.channels': ['orders'],
        extraEnv: [{ name: 'RUNNEL_TELEMETRY_CHANNELS', value: 'users' }],
      },
      'extraEnv sets RUNNEL_TELEMETRY_CHANNELS, which the chart sets',
    ],
  ])('values that cannot work are refused with the reason: %j', async (values, reason) => {
    await expect(render(helm, values)).rejects.toThrow(`\n${reason}\n`)
  })

  test('variables of telemetry that the chart does not set may be set in extraEnv', async () => {
    const extraEnv = [{ name: 'OTEL_BSP_SCHEDULE_DELAY', value: '500' }]

    await expect(render(helm, { ...TRACED, extraEnv })).resolves.toBeDefined()
    const own = [{ name: 'OTEL_TRACES_EXPORTER', value: 'console' }]
    await expect(render(helm, { extraEnv: own })).resolves.toBeDefined()
  })

  test('Prometheus may scrape pods under a NetworkPolicy that names it', async () => {
    const adminFrom = [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }]
    const values = { 'networkPolicy.enabled': true, 'networkPolicy.adminFrom': adminFrom }

    await expect(render(helm, { ...SCRAPED, ...values })).resolves.toBeDefined()
  })
})
