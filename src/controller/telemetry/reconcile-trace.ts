import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Link,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api'
import type { ObjectKey } from '../objects/metadata.ts'

/** A request that changes something, once it is answered. */
export interface TracedWrite {
  /** Such as `patch deployments/scale`. */
  readonly name: string
  readonly attributes: Attributes
  /** In ms. */
  readonly duration: number
  /** Why it was not granted, such as a status. */
  readonly errorType: string | undefined
  /** Whether what was asked is undone for that. */
  readonly isRefused: boolean
}

/**
 * The trace of one reconcile. Its span is made at the first write, or at the failure, and dated back: most reconciles
 * find nothing to do, and leave none.
 */
export class ReconcileTrace {
  readonly #tracer: Tracer
  readonly #fleet: ObjectKey
  readonly #links: Link[]
  readonly #begunAt = { time: Date.now(), clock: performance.now() }
  #span: Span | undefined
  #isRefused = false
  #isEnded = false

  /** `causes`: the spans that it follows from. */
  constructor(tracer: Tracer, fleet: ObjectKey, causes: readonly SpanContext[]) {
    this.#tracer = tracer
    this.#fleet = fleet
    this.#links = causes.map((context) => ({ context }))
  }

  /** Undefined while there is none, and where nothing is traced. */
  get span(): SpanContext | undefined {
    const context = this.#span?.spanContext()
    return context !== undefined && isSpanContextValid(context) ? context : undefined
  }

  /** Writes that end after the reconcile, such as those of events, are none of it. */
  wrote({ name, attributes, duration, errorType, isRefused }: TracedWrite): void {
    if (this.#isEnded) return
    const end = this.#now()
    const span = this.#tracer.startSpan(
      name,
      { kind: SpanKind.CLIENT, startTime: end - duration, attributes },
      trace.setSpan(ROOT_CONTEXT, this.#begin()),
    )
    if (errorType !== undefined) {
      span.setAttribute('error.type', errorType)
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end(end)
    this.#isRefused ||= isRefused
  }

  end(): void {
    if (this.#span !== undefined) this.#end(this.#isRefused ? 'refused' : 'written')
  }

  fail(error: unknown): void {
    const span = this.#begin()
    // Its message stays in the log lines: it may repeat what others have written.
    span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
    span.setStatus({ code: SpanStatusCode.ERROR })
    this.#end('failed')
  }

  #begin(): Span {
    const { namespace, name } = this.#fleet
    this.#span ??= this.#tracer.startSpan(
      'reconcile',
      {
        kind: SpanKind.INTERNAL,
        startTime: this.#begunAt.time,
        attributes: {
          ...(namespace === undefined ? {} : { 'k8s.namespace.name': namespace }),
          'runnel.fleet': name,
        },
        links: this.#links,
      },
      ROOT_CONTEXT,
    )
    return this.#span
  }

  #end(outcome: 'written' | 'refused' | 'failed'): void {
    this.#isEnded = true
    this.#span?.setAttribute('runnel.reconcile.outcome', outcome)
    this.#span?.end(this.#now())
  }

  /** Milliseconds since 1970, with no step between start and end if the clock of the machine is set. */
  #now(): number {
    return this.#begunAt.time + performance.now() - this.#begunAt.clock
  }
}
