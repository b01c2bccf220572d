/** The ids of a span in hexadecimal. */
export interface SpanReference {
  readonly traceId: string
  readonly spanId: string
}

/** The fields of a log line that lead to a span, by the names of OpenTelemetry. None without a span. */
export function spanFields(span: SpanReference | undefined): object {
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }
}
