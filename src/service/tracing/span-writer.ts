import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api'
import type { ChannelNames } from '../../telemetry/channel-names.ts'
import { toWallTime } from './wall-time.ts'

/** Times from `performance.now()`. */
export interface SpanStart {
  readonly name: string
  readonly kind: SpanKind
  /** Without one, the span begins a trace. */
  readonly parent: SpanContext | undefined
  readonly links?: Link[]
  readonly attributes: Attributes
  readonly startedAt: number
}

export interface WholeSpan extends SpanStart {
  readonly endedAt: number
  readonly isFailure?: boolean
}

/** Writes spans with explicit parents and times. No span is ever the active one of an asynchronous context. */
export class SpanWriter {
  readonly #tracer: Tracer
  readonly #channels: ChannelNames

  constructor(tracer: Tracer, channels: ChannelNames) {
    this.#tracer = tracer
    this.#channels = channels
  }

  /** Names a span after a channel if it is listed. Jaeger offers all names of spans in one list. */
  nameOf(operation: string, channel: string): string {
    const entry = this.#channels.entryOf(channel)
    return entry === undefined ? operation : `${operation} ${entry}`
  }

  start({ name, kind, parent, links = [], attributes, startedAt }: SpanStart): Span {
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
    const startTime = toWallTime(startedAt)
    return this.#tracer.startSpan(name, { kind, links, attributes, startTime }, context)
  }

  /** Writes a span of which everything is known. */
  write(span: WholeSpan): void {
    const started = this.start(span)
    if (span.isFailure === true) fail(started)
    end(started, span.endedAt)
  }
}

export function end(span: Span, at = performance.now()): void {
  span.end(toWallTime(at))
}

export function fail(span: Span): void {
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/**
 * The class of an error, or its code where it has one. Its message stays in the log lines: it may repeat what a client
 * has sent.
 */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
