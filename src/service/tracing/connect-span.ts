import { SpanKind, type Link, type Span } from '@opentelemetry/api'
import type { RequestRecord, StreamRecord } from '../../hub/hub-observer.ts'
import type { ConnectOutcome, ConnectTrace, TracedEvents } from '../../hub/stream-tracing.ts'
import { isSampled, type SpanIds, type TraceContext } from '../../wire/trace-context.ts'
import { startRequestSpan } from './request-span.ts'
import { idsOf, linksTo, parseSpanContext } from './span-contexts.ts'
import { end, errorType, fail, type SpanWriter } from './span-writer.ts'

/** Most publishes that a replay links to. */
const MAX_LINKS = 8

/** What happens to a trace while it is open. */
interface ConnectListener {
  opened(connect: ConnectSpan): void
  ended(connect: ConnectSpan): void
}

/** The opening of a stream, as one span with a child for each of its steps. */
export class ConnectSpan implements ConnectTrace {
  readonly span: SpanIds
  /** `performance.now()` when `runnel.open` was written. */
  openedAt: number | undefined
  readonly #spans: SpanWriter
  readonly #listener: ConnectListener
  readonly #startedAt: number
  /** Undefined once it has ended: the hub may hold this object until the stream is live. */
  #open: Span | undefined
  #admittedAt: number | undefined
  #stream: StreamRecord | undefined
  #firstId = ''
  #isGap = false
  #replayed = 0
  readonly #publishes = new Map<string, TraceContext>()

  constructor(
    spans: SpanWriter,
    request: RequestRecord,
    parent: TraceContext | undefined,
    listener: ConnectListener,
  ) {
    this.#spans = spans
    this.#listener = listener
    this.#startedAt = request.requestedAt
    this.#open = startConnectSpan(spans, request, parent)
    this.span = idsOf(this.#open.spanContext())
  }

  admitted(): void {
    this.#admittedAt = performance.now()
    this.#write('authorize', this.#startedAt, this.#admittedAt)
  }

  opened(stream: StreamRecord): void {
    if (this.#open === undefined) return
    this.openedAt = performance.now()
    this.#stream = stream
    this.#firstId = stream.lastId
    this.#write('subscribe', this.#admittedAt ?? this.#startedAt, this.openedAt)
    this.#listener.opened(this)
  }

  /** The client has missed events that are gone. */
  gapped(): void {
    this.#isGap = true
  }

  replayed(count: number, missed: TracedEvents): void {
    if (this.#open === undefined) return
    this.#replayed += count
    for (const events of missed.values()) {
      for (const { trace } of events) {
        if (this.#publishes.size >= MAX_LINKS) return
        if (trace !== undefined && isSampled(trace)) this.#publishes.set(trace.traceparent, trace)
      }
    }
  }

  end(outcome: ConnectOutcome): void {
    this.#end(outcome)
  }

  /** Ends the trace while the stream still reads what it has missed. */
  endEarly(): void {
    this.#end(undefined)
  }

  #end(outcome: ConnectOutcome | undefined): void {
    const span = this.#open
    if (span === undefined) return
    if (this.#stream !== undefined) this.#writeReplay(this.#stream, outcome?.kind === 'live')
    if (outcome !== undefined) describeOutcome(span, outcome)
    this.#open = undefined
    this.#stream = undefined
    this.#publishes.clear()
    end(span)
    this.#listener.ended(this)
  }

  #writeReplay(stream: StreamRecord, isComplete: boolean): void {
    const { channels, id, lastId } = stream
    const resume = this.#isGap ? 'gap' : stream.resume
    this.#open?.setAttributes({
      'runnel.stream': id,
      'runnel.channels': channels.length,
      'runnel.resume': resume,
      // A cursor either leads to its position, or to a gap.
      'runnel.last_event_id.present': resume !== 'none',
      'runnel.replay.count': this.#replayed,
    })
    const attributes = {
      'runnel.replay.from': this.#firstId,
      'runnel.replay.to': lastId,
      'runnel.replay.count': this.#replayed,
      'runnel.replay.complete': isComplete,
    }
    const links = linksTo(...[...this.#publishes.values()].map((each) => parseSpanContext(each)))
    this.#write('replay', this.openedAt ?? this.#startedAt, performance.now(), attributes, links)
  }

  #write(
    name: string,
    startedAt: number,
    endedAt: number,
    attributes: Readonly<Record<string, string | number | boolean>> = {},
    links: Link[] = [],
  ): void {
    const parent = this.#open?.spanContext()
    if (parent === undefined) return
    const kind = SpanKind.INTERNAL
    this.#spans.write({ name, kind, parent, links, attributes, startedAt, endedAt })
  }
}

/** Starts the span of a stream's opening. `parent`: as of `startRequestSpan`. */
export function startConnectSpan(
  spans: SpanWriter,
  request: RequestRecord,
  parent: TraceContext | undefined,
): Span {
  return startRequestSpan(spans, request, parent, ['GET', '/stream'])
}

/** Adds the outcome of an opening to its span. Refusals are answers as the protocol has them, and no errors. */
export function describeOutcome(span: Span, outcome: ConnectOutcome): void {
  span.setAttribute('runnel.connect.outcome', outcome.kind)
  if ('reason' in outcome) span.setAttribute('runnel.connect.reason', outcome.reason)
  if (outcome.kind === 'closed' && outcome.error !== undefined) {
    span.setAttribute('error.type', errorType(outcome.error))
  }
  const status = outcome.kind === 'answered' ? outcome.status : 200
  if (outcome.kind !== 'gone') span.setAttribute('http.response.status_code', status)
  if (status >= 500 || (outcome.kind === 'closed' && outcome.reason === 'fault')) fail(span)
}
