/** The end of a process that traces: its spans are sent, but no collector keeps it from ending. */
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { publishText } from '../support/clients/requests.ts'
import { MetricsReading } from '../support/metrics-reading.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

/** Long enough that only a bound of the service's own ends the wait. */
const PATIENT = {
  OTEL_BSP_SCHEDULE_DELAY: '600000',
  OTEL_BSP_EXPORT_TIMEOUT: '600000',
  OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
}

async function useAndStop(serve: ServeProcess): Promise<number | string> {
  await using stream = await EventStream.open(`${serve.url}/stream/orders`)
  await stream.event('runnel.open')
  await publishText(serve.url, 'orders', 'hello')
  await stream.take(1)
  serve.child.kill('SIGTERM')
  await stream.event('runnel.drain')
  return serve.exited
}

test('the spans of the drain are sent before the process ends', async () => {
  await using receiver = await OtlpReceiver.start()
  const env = { ...receiver.env, ...PATIENT }
  await using serve = await spawnServe(['--drain-window=0s'], { env })

  expect(await useAndStop(serve)).toBe(0)
  expect(receiver.named('close stream')).toMatchObject([
    { attributes: { 'runnel.close.reason': 'drain' } },
  ])
  expect(receiver.named('fan-out')).toHaveLength(1)
})

test('a collector that never answers keeps no process from its end', async () => {
  await using receiver = await OtlpReceiver.start()
  receiver.status = undefined
  const env = { ...receiver.env, ...PATIENT }
  await using serve = await spawnServe(['--drain-window=0s'], { env })

  expect(await useAndStop(serve)).toBe(0)
  expect(serve.lines.map(({ msg }) => msg)).toEqual([
    'listening',
    'stream opened',
    'draining',
    'stream closed',
    'the last spans could not be sent',
    'drained',
  ])
})

test('a collector that is not there is one log line for spans and one for metrics, and keeps no process from its end', async () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '100',
    // An export is repeated once in this time. Some spans find the queue full meanwhile.
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '1500',
    OTEL_BSP_SCHEDULE_DELAY: '10',
    OTEL_BSP_MAX_QUEUE_SIZE: '10',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '150',
    OTEL_METRIC_EXPORT_TIMEOUT: '120',
  }
  await using serve = await spawnServe(['--drain-window=0s'], { env })
  const warnings = () => serve.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
  const repeats = async () =>
    (await MetricsReading.of(serve.adminUrl)).sum('runnel_log_lines_suppressed_total') ?? 0
  await eventually(async () => {
    for (let count = 0; count < 20; count++) await publishText(serve.url, 'orders', 'hello')
    expect(await repeats()).toBeGreaterThan(2)
    expect(warnings()).toContain('metrics cannot be pushed')
  })
  expect(warnings()).toHaveLength(2)
  expect(warnings()).toContain('spans cannot be sent')

  expect(await useAndStop(serve)).toBe(0)
  expect(serve.errors).toEqual([])
})
