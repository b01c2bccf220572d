/** What the pictures show, done to real processes. Each scene ends when Jaeger has all of its spans. */
import { setTimeout } from 'node:timers/promises'
import { CHANNEL, publishTraced, publishUntil } from '../../demo/trace/publish.ts'
import { openReader, openSlowReader } from '../../demo/trace/subscribers.ts'
import { EventStream } from '../../test/support/clients/event-stream.ts'
import type { Jaeger } from '../../test/support/jaeger.ts'
import type { TracedSpan } from '../../test/support/otlp-spans.ts'
import type { ServeProcess } from '../../test/support/serve-process.ts'

/** Milliseconds for which the slow subscriber takes nothing of the traced event. */
const SLOWNESS = 1_000

/** Milliseconds after which a scene has failed. */
const PATIENCE = 30_000

/** An event that goes to streams of two processes; one of them is slow. Resolves to the slow delivery. */
export async function deliverSlowly(
  jaeger: Jaeger,
  [first, second]: readonly [ServeProcess, ServeProcess],
): Promise<TracedSpan> {
  for (const { url } of [first, first, second]) await openReader(url)
  const slow = await openSlowReader(second.url)
  await publishUntil('runnel_buffered_bytes', first.url, second.adminUrl)
  const { traceId } = await publishTraced(first.url)
  await setTimeout(SLOWNESS)
  slow.resume()
  return whenFound('a slow delivery', async () => {
    const [spans = []] = await find(jaeger, 'slow', traceId)
    return spans.find(hasOutcome('slow'))
  })
}

/** An event that a stream had no room for, and read from the log later. Resolves to the dropped delivery. */
export async function dropDelivery(
  jaeger: Jaeger,
  [first, second]: readonly [ServeProcess, ServeProcess],
): Promise<TracedSpan> {
  const slow = await openSlowReader(second.url)
  await publishUntil('runnel_events_dropped_total', first.url, second.adminUrl)
  await setTimeout(SLOWNESS)
  slow.resume()
  return whenFound('a delivery that was dropped, then late', async () => {
    const traces = await find(jaeger, 'dropped')
    return traces.find((spans) => spans.some(hasOutcome('late')))?.find(hasOutcome('dropped'))
  })
}

/** A stream that gets an event, and closes. Resolves to its name. */
export async function openAndClose(jaeger: Jaeger, { url }: ServeProcess): Promise<string> {
  const connection = await EventStream.open(`${url}/stream/${CHANNEL}`)
  const { data } = await connection.event('runnel.open')
  await publishTraced(url)
  await connection.take(1)
  await connection[Symbol.asyncDispose]()
  const { stream } = JSON.parse(data) as { stream: string }
  return whenFound('the traces of a stream', async () => {
    const attributes = { 'runnel.stream': stream }
    const traces = await jaeger.query.search({ service: 'runnel', attributes })
    return traces.length === 3 ? stream : undefined
  })
}

async function find(jaeger: Jaeger, outcome: string, traceId?: string) {
  const attributes = { 'runnel.delivery.outcome': outcome }
  const traces = await jaeger.query.search({ service: 'runnel', attributes })
  return traces.filter(([span]) => traceId === undefined || span?.traceId === traceId)
}

function hasOutcome(outcome: string): (span: TracedSpan) => boolean {
  return ({ attributes }) => attributes['runnel.delivery.outcome'] === outcome
}

async function whenFound<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + PATIENCE
  while (performance.now() < end) {
    const found = await look()
    if (found !== undefined) return found
    await setTimeout(200)
  }
  throw new Error(`expected Jaeger to have ${what} within ${PATIENCE / 1_000} s`)
}
