import { SpanStatusCode, type SpanKind, type Tracer } from '@opentelemetry/api'
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace'

export interface RecordedSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  /** Ids of the spans that it links to. */
  readonly links: readonly string[]
  readonly attributes: Readonly<Record<string, unknown>>
  readonly isFailure: boolean
  /** Ms since 1970. */
  readonly startedAt: number
  readonly endedAt: number
}

/** Keeps the spans that have ended, in this order. */
export class SpanRecorder {
  readonly #exporter = new InMemorySpanExporter()
  readonly tracer: Tracer

  constructor() {
    const spanProcessors = [new SimpleSpanProcessor({ exporter: this.#exporter })]
    const provider = new TracerProvider({ sampler: new AlwaysOnSampler(), spanProcessors })
    this.tracer = provider.getTracer('runnel')
  }

  get spans(): readonly RecordedSpan[] {
    return this.#exporter.getFinishedSpans().map((span) => describe(span))
  }

  named(name: string): readonly RecordedSpan[] {
    return this.spans.filter((span) => span.name === name)
  }

  reset(): void {
    this.#exporter.reset()
  }
}

function describe(span: ReadableSpan): RecordedSpan {
  const { traceId, spanId } = span.spanContext()
  return {
    name: span.name,
    kind: span.kind,
    traceId,
    spanId,
    parentId: span.parentSpanContext?.spanId,
    links: span.links.map(({ context }) => context.spanId),
    attributes: span.attributes,
    isFailure: span.status.code === SpanStatusCode.ERROR,
    startedAt: toMilliseconds(span.startTime),
    endedAt: toMilliseconds(span.endTime),
  }
}

function toMilliseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000 + nanoseconds / 1_000_000
}
