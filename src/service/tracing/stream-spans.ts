import { SpanKind } from '@opentelemetry/api'
import { CLOSED_BY, type CloseReason, type StreamRecord } from '../../hub/hub-observer.ts'
import type { Arrival, FanOutTrace, StreamTracing } from '../../hub/stream-tracing.ts'
import type { LogEvent } from '../../log/event-log.ts'
import { isSampled } from '../../wire/trace-context.ts'
import { messagingAttributes } from './messaging-attributes.ts'
import { parseSpanContext } from './span-contexts.ts'
import { errorType, type SpanWriter } from './span-writer.ts'
import type { TraceBudget } from './trace-budget.ts'
import { deliveryAttributes, linksToConnect, FanOutSpan } from './fan-out-span.ts'
import { toWallTime } from './wall-time.ts'

/** Ends that show a fault of the service, the network or the client. */
const FAILURES: ReadonlySet<CloseReason> = new Set(['stalled', 'vanished', 'fault'])

/** Traces what becomes of traced appends in this process, and the ends of streams. */
export class StreamSpans implements StreamTracing {
  readonly isOn = true
  readonly #spans: SpanWriter
  readonly #budget: TraceBudget

  constructor(spans: SpanWriter, budget: TraceBudget) {
    this.#spans = spans
    this.#budget = budget
  }

  /** The publisher has decided for all processes, as long as all of them together are not too many. */
  arrived(arrival: Arrival): FanOutTrace | undefined {
    const { trace, source } = arrival
    if (!isSampled(trace) || !this.#budget.fanOut(source)) return undefined
    return new FanOutSpan(this.#spans, arrival)
  }

  late(stream: StreamRecord, channel: string, traced: readonly LogEvent[]): void {
    let previous: string | undefined
    for (const { trace, time } of traced) {
      // The events of one append have one trace, and are neighbors.
      if (trace === undefined || trace.traceparent === previous || !isSampled(trace)) continue
      previous = trace.traceparent
      if (!this.#budget.late()) return
      const at = performance.now()
      const wait = Math.max(0, toWallTime(at) - time)
      this.#spans.write({
        name: this.#spans.nameOf('deliver', channel),
        kind: SpanKind.INTERNAL,
        parent: parseSpanContext(trace),
        links: linksToConnect(stream),
        attributes: {
          ...messagingAttributes('deliver', { channel }),
          ...deliveryAttributes(stream, { outcome: 'late', wait, pendingBytes: 0 }),
        },
        startedAt: at - wait,
        endedAt: at,
      })
    }
  }

  closed(stream: StreamRecord, reason: CloseReason, error?: unknown): void {
    const isFailure = FAILURES.has(reason)
    const isTraced = stream.request.span !== undefined
    // The trace of its opening tells of a stream that ended before.
    if (isTraced && stream.openedAt === undefined) return
    if (isFailure ? !this.#budget.failure() : !(isTraced && this.#budget.close())) return
    const at = performance.now()
    const { id, openedAt, events, bytes, lastId } = stream
    this.#spans.write({
      name: 'close stream',
      kind: SpanKind.INTERNAL,
      // A trace of its own: as a part of that of the opening, it would stretch it over hours.
      parent: undefined,
      links: linksToConnect(stream),
      attributes: {
        'runnel.stream': id,
        'runnel.close.reason': reason,
        'runnel.close.by': CLOSED_BY[reason],
        'runnel.stream.duration': openedAt === undefined ? 0 : (at - openedAt) / 1_000,
        'runnel.stream.events': events,
        'runnel.stream.bytes': bytes,
        'runnel.stream.last_id': lastId,
        ...(error === undefined ? {} : { 'error.type': errorType(error) }),
      },
      isFailure,
      startedAt: at,
      endedAt: at,
    })
  }
}
