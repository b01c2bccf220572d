/** Events without a context cost no span, whatever else the process traces. */
import { ROOT_CONTEXT, trace, type Span, type Tracer } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { post, publishText } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

const STREAMS = 100
const EVENTS = 1_000
const UNSAMPLED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'

/** Counts the spans that are started, by their names. */
class CountingTracer implements Tracer {
  readonly started = new Map<string, number>()

  startSpan(name: string): Span {
    this.started.set(name, (this.started.get(name) ?? 0) + 1)
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const context = { traceId, spanId: '00f067aa0ba902b7', traceFlags: 1 }
    return trace.getSpan(trace.setSpanContext(ROOT_CONTEXT, context))!
  }

  startActiveSpan(): never {
    throw new Error('expected no span to become the active one')
  }
}

test('100,000 deliveries of events that are not traced start no span', async () => {
  const tracer = new CountingTracer()
  const sampling = { ratio: 1, isLimited: false, followsParent: true }
  await using service = await startTestService({}, undefined, undefined, { tracer, sampling })
  await using streams = new AsyncDisposableStack()
  const open = async () => streams.use(await EventStream.open(`${service.url}/stream/orders`))
  const readers = await Promise.all(Array.from({ length: STREAMS }, open))
  for (const reader of readers) await reader.event('runnel.open')
  // The openings are traced: the tracer is the one that is used.
  expect(tracer.started.get('GET /stream')).toBe(STREAMS)
  tracer.started.clear()

  const lines = Array.from({ length: 100 }, (_, data) => JSON.stringify({ data })).join('\n')
  for (let sent = 0; sent < EVENTS; sent += 100) {
    await post(`${service.url}/publish/orders`, 'application/x-ndjson', lines, {
      traceparent: UNSAMPLED,
    })
  }
  for (const reader of readers) await reader.take(EVENTS)
  expect([...tracer.started]).toEqual([])

  await publishText(service.url, 'orders', 'traced')
  for (const reader of readers) await reader.take(EVENTS + 1)
  expect(tracer.started.get('fan-out')).toBe(1)
})
