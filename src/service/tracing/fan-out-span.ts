import { SpanKind, type Span, type SpanContext } from '@opentelemetry/api'
import type { StreamRecord } from '../../hub/hub-observer.ts'
import type {
  Arrival,
  DeliveryOutcome,
  FanOutTrace,
  SlowDelivery,
} from '../../hub/stream-tracing.ts'
import { messagingAttributes } from './messaging-attributes.ts'
import { linksTo, parseSpanContext, spanContextOf } from './span-contexts.ts'
import { end, type SpanWriter } from './span-writer.ts'
import { toWallTime } from './wall-time.ts'

/** Most deliveries of a fan-out that have a span. */
const MAX_DELIVERIES = 20
/** Those among them that went well, spread over the order of the deliveries. */
const SAMPLES = 3

/** The way of one append through this process: a span for the fan-out, and one for each delivery of interest. */
export class FanOutSpan implements FanOutTrace {
  readonly #spans: SpanWriter
  readonly #arrival: Arrival
  readonly #samples: ReadonlySet<number>
  readonly #context: SpanContext
  /** Undefined once it has ended. */
  #open: Span | undefined
  #delivered = 0
  /** Slow and dropped deliveries that may yet have a span. */
  #left: number

  constructor(spans: SpanWriter, arrival: Arrival) {
    this.#spans = spans
    this.#arrival = arrival
    this.#samples = sampleOf(arrival.live)
    this.#left = MAX_DELIVERIES - this.#samples.size
    this.#open = startFanOut(spans, arrival)
    this.#context = this.#open.spanContext()
  }

  delivered(stream: StreamRecord, outcome: 'written' | 'dropped', pendingBytes: number): void {
    if (this.#open === undefined) return
    const index = this.#delivered++
    // Bytes that wait make it a slow delivery, which ends later.
    const isSample = outcome === 'written' && pendingBytes === 0 && this.#samples.has(index)
    if (isSample || (outcome === 'dropped' && this.#left-- > 0)) {
      this.#write(stream, { outcome, pendingBytes, isFailure: outcome === 'dropped' })
    }
  }

  slow(stream: StreamRecord, pendingBytes: number): SlowDelivery | undefined {
    if (this.#open === undefined || this.#left-- <= 0) return undefined
    const settle = (isFailure: boolean) => {
      this.#write(stream, { outcome: 'slow', pendingBytes, isFailure })
    }
    return {
      drained: () => {
        settle(false)
      },
      cut: () => {
        settle(true)
      },
    }
  }

  end(totals: {
    readonly written: number
    readonly dropped: number
    readonly bytes: number
  }): void {
    const span = this.#open
    if (span === undefined) return
    this.#open = undefined
    span.setAttributes({
      'runnel.fan_out.written': totals.written,
      'runnel.fan_out.dropped': totals.dropped,
      'runnel.fan_out.bytes': totals.bytes,
    })
    end(span)
  }

  /** Writes the span of a delivery that ends at this moment. */
  #write(stream: StreamRecord, delivery: Omit<Delivery, 'wait'>): void {
    const { channel, position, count, at } = this.#arrival
    const endedAt = performance.now()
    this.#spans.write({
      name: this.#spans.nameOf('deliver', channel),
      kind: SpanKind.INTERNAL,
      parent: this.#context,
      links: linksToConnect(stream),
      attributes: {
        ...messagingAttributes('deliver', { channel, position, count }),
        ...deliveryAttributes(stream, { ...delivery, wait: endedAt - at }),
      },
      isFailure: delivery.isFailure,
      startedAt: at,
      endedAt,
    })
  }
}

interface Delivery {
  readonly outcome: DeliveryOutcome
  /** From its arrival in this process; where the stream was behind, since the log accepted it. In ms. */
  readonly wait: number
  readonly pendingBytes: number
  readonly isFailure: boolean
}

export function deliveryAttributes(
  { id, request }: StreamRecord,
  { outcome, wait, pendingBytes }: Omit<Delivery, 'isFailure'>,
) {
  return {
    'runnel.stream': id,
    'runnel.delivery.outcome': outcome,
    'runnel.delivery.wait': wait / 1_000,
    'runnel.delivery.pending_bytes': pendingBytes,
    'client.address': request.address,
  }
}

export function linksToConnect({ request }: StreamRecord) {
  return request.span === undefined ? [] : linksTo(spanContextOf(request.span))
}

function startFanOut(spans: SpanWriter, arrival: Arrival): Span {
  const { channel, position, count, trace, acceptedAt, source, at, streams, live } = arrival
  const publish = parseSpanContext(trace)
  // The clocks of two machines may differ by more than the lag.
  const lag = Math.max(0, toWallTime(at) - acceptedAt) / 1_000
  return spans.start({
    name: spans.nameOf('fan-out', channel),
    kind: SpanKind.CONSUMER,
    parent: publish,
    // Besides the parent, as the conventions for messaging ask.
    links: linksTo(publish),
    attributes: {
      ...messagingAttributes('fan-out', { channel, position, count }),
      'runnel.fan_out.source': source,
      'runnel.fan_out.streams': streams,
      'runnel.fan_out.live': live,
      'runnel.fan_out.lag': lag,
    },
    startedAt: at,
  })
}

/** Indexes of the first delivery, the last one and one between: the last shows how long the whole took. */
function sampleOf(live: number): ReadonlySet<number> {
  if (live <= SAMPLES) return new Set(Array.from({ length: live }, (_, index) => index))
  return new Set([0, Math.floor((live - 1) / 2), live - 1])
}
