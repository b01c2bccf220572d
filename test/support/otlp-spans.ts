/** A value of an attribute. Arrays hold such values. */
export type AttributeValue = string | number | boolean | readonly AttributeValue[]
export type Attributes = Readonly<Record<string, AttributeValue>>

/** A span as it arrived. */
export interface TracedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Undefined for the root. */
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: SpanKind
  /** Milliseconds since 1970 in UTC. */
  readonly start: number
  readonly end: number
  readonly attributes: Attributes
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly status: 'unset' | 'ok' | 'error'
  readonly statusMessage: string | undefined
  /** Of the process: `service.name`, and what else it tells of itself. */
  readonly resource: Attributes
}

/** By their numbers in OTLP, which are those of the API of OpenTelemetry + 1. */
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const STATUSES = ['unset', 'ok', 'error'] as const

export type SpanKind = (typeof KINDS)[number]

/** Traces in the JSON of OTLP. What is empty may be absent, and integers of 64 bits are strings. */
export interface OtlpTraces {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] }
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[]
  }[]
}

interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind?: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes?: readonly OtlpAttribute[]
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly events?: readonly {
    readonly name: string
    readonly attributes?: readonly OtlpAttribute[]
  }[]
  readonly status?: { readonly code?: number; readonly message?: string }
}

interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}

interface OtlpValue {
  readonly stringValue?: string
  readonly intValue?: string | number
  readonly doubleValue?: number
  readonly boolValue?: boolean
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] }
}

/** All spans, in the order of their starts. */
export function spansOf({ resourceSpans = [] }: OtlpTraces): readonly TracedSpan[] {
  const spans = resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans: otlpSpans = [] }) =>
      otlpSpans.map((span) => readSpan(span, readAttributes(resource?.attributes))),
    ),
  )
  return spans.toSorted((a, b) => a.start - b.start)
}

function readSpan(span: OtlpSpan, resource: Attributes): TracedSpan {
  const { traceId, spanId, parentSpanId, name, links = [], events = [] } = span
  return {
    traceId,
    spanId,
    parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
    name,
    kind: KINDS[span.kind ?? 0] ?? 'unspecified',
    start: milliseconds(span.startTimeUnixNano),
    end: milliseconds(span.endTimeUnixNano),
    attributes: readAttributes(span.attributes),
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    events: events.map((event) => ({
      name: event.name,
      attributes: readAttributes(event.attributes),
    })),
    status: STATUSES[span.status?.code ?? 0] ?? 'unset',
    statusMessage: span.status?.message,
    resource,
  }
}

function readAttributes(attributes: readonly OtlpAttribute[] = []): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]))
}

function readValue(value: OtlpValue): AttributeValue {
  const { stringValue, intValue, doubleValue, boolValue, arrayValue } = value
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(readValue)
  if (intValue !== undefined) return Number(intValue)
  return stringValue ?? doubleValue ?? boolValue ?? ''
}

/** With fractions: spans are often shorter than a millisecond. */
function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1_000n) / 1_000
}
