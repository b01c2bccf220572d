/** Many clients that come back at once, again and again. */
import { expect, test } from 'vitest'
import { openStreams, waitForAll } from '../connections/many-streams.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { MetricsReading } from '../support/metrics-reading.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

const ROUNDS = 20
const STREAMS = 100
/** Openings and ends that are traced, a second. */
const RATE = 5
const EVERY_PUBLISH = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1' }

/** Spans that a bucket of `RATE` allows in the time since: its burst, and what comes back. */
function allowedSince(began: number): number {
  return Math.ceil(RATE + (RATE * (performance.now() - began)) / 1_000)
}

async function end(serve: ServeProcess): Promise<void> {
  serve.child.kill('SIGTERM')
  expect(await serve.exited).toBe(0)
}

function sumOf(lines: readonly Readonly<Record<string, unknown>>[], field: string): number {
  return lines.reduce((sum, line) => sum + Number(line[field]), 0)
}

test('2,000 streams that come and go make no storm of spans, and metrics and log lines agree', async () => {
  await using receiver = await OtlpReceiver.start()
  const env = { ...receiver.env, ...EVERY_PUBLISH }
  await using serve = await spawnServe([`--trace-connect-rate=${RATE}`], { env })
  const began = performance.now()
  for (let round = 0; round < ROUNDS; round++) {
    const guests = await openStreams(serve.url, 'orders', STREAMS)
    await publishText(serve.url, 'orders', 'for everyone')
    await waitForAll(guests, 'for everyone')
    for (const { socket } of guests) socket.end()
  }
  const linesOf = (message: string) => serve.lines.filter(({ msg }) => msg === message)
  await eventually(() => expect(linesOf('stream closed')).toHaveLength(ROUNDS * STREAMS))
  const reading = await MetricsReading.of(serve.adminUrl)
  await end(serve)
  const most = allowedSince(began)

  for (const name of ['GET /stream', 'close stream']) {
    expect(receiver.named(name).length).toBeGreaterThan(0)
    expect(receiver.named(name).length).toBeLessThanOrEqual(most)
  }
  expect(linesOf('stream opened')).toHaveLength(ROUNDS * STREAMS)
  expect(reading.sum('runnel_streams_opened_total')).toBe(ROUNDS * STREAMS)
  expect(reading.sum('runnel_connect_duration_seconds_count')).toBe(ROUNDS * STREAMS)
  expect(reading.sum('runnel_streams_closed_total', { by: 'client' })).toBe(ROUNDS * STREAMS)
  expect(reading.sum('runnel_streams_closed_total')).toBe(ROUNDS * STREAMS)
  expect(reading.sum('runnel_stream_duration_seconds_count')).toBe(ROUNDS * STREAMS)
  expect(reading.sum('runnel_active_streams')).toBe(0)
  const closed = linesOf('stream closed')
  expect(sumOf(closed, 'events')).toBe(ROUNDS * STREAMS)
  expect(reading.sum('runnel_events_delivered_total')).toBe(ROUNDS * STREAMS)
  expect(reading.sum('runnel_sent_bytes_total')).toBe(sumOf(closed, 'bytes'))
})

test('a storm of refusals makes no storm of spans', async () => {
  await using receiver = await OtlpReceiver.start()
  const flags = [`--trace-connect-rate=${RATE}`, '--max-streams=1']
  await using serve = await spawnServe(flags, { env: { ...receiver.env, ...EVERY_PUBLISH } })
  await using guest = await EventStream.open(`${serve.url}/stream/orders`)
  await guest.event('runnel.open')
  const began = performance.now()
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        await using stream = await EventStream.open(`${serve.url}/stream/orders`)
        await stream.ended()
      }),
    )
  }
  const reading = await MetricsReading.of(serve.adminUrl)
  await end(serve)

  expect(reading.sum('runnel_refused_total', { what: 'stream', reason: 'limit' })).toBe(1_000)
  // Refusals of streams whose opening is not traced have a bucket of their own.
  const refused = receiver.named('GET /stream').length
  expect(refused).toBeGreaterThan(1)
  expect(refused).toBeLessThanOrEqual(1 + 2 * allowedSince(began))
})
