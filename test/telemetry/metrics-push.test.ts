import { expect, test } from 'vitest'
import { spawnControl } from '../commands/control-process.ts'
import { eventually } from '../support/eventually.ts'
import { FakeApiServer } from '../support/fake-api-server/fake-api-server.ts'
import { MetricsReading } from '../support/metrics-reading.ts'
import { readMetrics } from '../support/otlp-metrics.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { publishText } from '../support/clients/requests.ts'
import { spawnServe } from '../support/serve-process.ts'

function pushTo(receiver: OtlpReceiver, protocol = 'http/json') {
  return {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_METRIC_EXPORT_INTERVAL: '100',
  }
}

/** Names of all metrics, as Prometheus reads them. */
async function scrapedNames(adminUrl: string): Promise<readonly string[]> {
  const { text } = await MetricsReading.of(adminUrl)
  return [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)
}

test('what is pushed has the names that are scraped, and says where it comes from', async () => {
  await using receiver = await OtlpReceiver.start()
  await using serve = await spawnServe([], {
    env: { ...pushTo(receiver), OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=runnel-0' },
  })
  await publishText(serve.url, 'a', 'x')
  await eventually(async () => {
    const scraped = await scrapedNames(serve.adminUrl)
    const { names, resource } = readMetrics(receiver.exports.at(-1)!)
    expect(names).toContain('runnel_append_duration_seconds')
    expect(names).toContain('nodejs_eventloop_delay_p99_seconds')
    expect(names.toSorted()).toEqual(scraped.toSorted())
    expect(resource).toMatchObject({ 'service.name': 'runnel', 'k8s.pod.name': 'runnel-0' })
    // The command line would be in these.
    expect(Object.keys(resource).filter((key) => key.startsWith('process.'))).toEqual([])
  })
  expect(receiver.exports[0]).toMatchObject({ path: '/v1/metrics', type: 'application/json' })
})

test('the controller pushes as well, and protobuf is the default', async () => {
  await using receiver = await OtlpReceiver.start()
  await using api = await FakeApiServer.start()
  const env = { ...pushTo(receiver, ''), OTEL_SERVICE_NAME: 'fleets' }
  await using _control = await spawnControl(api, [], { env })
  await eventually(() => {
    const { path, type, body } = receiver.exports.at(-1)!
    expect([path, type]).toEqual(['/v1/metrics', 'application/x-protobuf'])
    // Strings are as they are in protobuf.
    for (const text of ['runnel_controller_leader', 'nodejs.eventloop.delay', 'fleets']) {
      expect(body.includes(text)).toBe(true)
    }
  })
})

test('a collector that is away is told of once, and once more when it is back', async () => {
  await using receiver = await OtlpReceiver.start()
  // An error that no exporter repeats by itself.
  receiver.status = 400
  await using serve = await spawnServe([], { env: pushTo(receiver) })
  const told = (message: string) => serve.lines.filter(({ msg }) => msg === message)
  await eventually(() => expect(told('metrics cannot be pushed')).toHaveLength(1))
  const failed = receiver.exports.length
  await eventually(() => expect(receiver.exports.length).toBeGreaterThan(failed + 2))
  receiver.status = 200
  await eventually(() => expect(told('metrics are pushed again')).toHaveLength(1))
  // One that comes and goes is told of once a minute.
  receiver.status = 400
  const again = receiver.exports.length
  await eventually(() => expect(receiver.exports.length).toBeGreaterThan(again + 2))
  receiver.status = 200
  await eventually(() => expect(told('metrics are pushed again')).toHaveLength(2))
  expect(told('metrics cannot be pushed')).toHaveLength(1)
})

test('the last push is made at the end, and holds the process up for a moment only', async () => {
  await using receiver = await OtlpReceiver.start()
  receiver.status = undefined
  // Without a bound of its own, the end would wait for as long as an exporter waits for its collector.
  const patient = { OTEL_EXPORTER_OTLP_TIMEOUT: '900000', OTEL_METRIC_EXPORT_INTERVAL: '900000' }
  await using serve = await spawnServe([], {
    env: { ...pushTo(receiver), ...patient, OTEL_METRIC_EXPORT_TIMEOUT: '900000' },
  })
  serve.child.kill('SIGTERM')
  expect(await serve.exited).toBe(0)
  expect(receiver.exports).toHaveLength(1)
  expect(serve.lines.at(-1)).toMatchObject({ msg: 'drained' })
})

test('settings that cannot be honored are warnings', async () => {
  await using serve = await spawnServe([], {
    env: {
      OTEL_METRICS_EXPORTER: 'console,otlp',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'smoke',
      OTEL_METRIC_EXPORT_INTERVAL: '1m',
    },
  })
  const warnings = serve.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
  expect(warnings).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^OTEL_METRICS_EXPORTER=console: expected otlp or prometheus or none/),
      expect.stringMatching(/^OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=smoke: expected one of grpc/),
      expect.stringMatching(/^OTEL_METRIC_EXPORT_INTERVAL=1m: expected milliseconds/),
    ]),
  )
})
