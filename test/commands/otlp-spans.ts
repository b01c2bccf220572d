/** Spans in OTLP's JSON, as Jaeger gives them back. */
export interface OtlpSpan {
  readonly name: string
  readonly process: string
  /** Up to 16 hexadecimal digits; zeros are put in front of fewer. */
  readonly spanId: string
  readonly parentSpanId?: string
  readonly traceId?: string
  /** Milliseconds after the start of the trace. */
  readonly from?: number
  readonly to?: number
  readonly isError?: boolean
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

/** `start`: milliseconds since 1970. */
export function otlpAnswer(spans: readonly OtlpSpan[], start: number): string {
  const resourceSpans = spans.map(
    ({
      name,
      process,
      spanId,
      parentSpanId,
      traceId = TRACE_ID,
      from = 0,
      to = from,
      ...more
    }) => ({
      resource: { attributes: attributesOf({ 'service.name': 'runnel', 'k8s.pod.name': process }) },
      scopeSpans: [
        {
          spans: [
            {
              traceId,
              spanId: spanId.padStart(16, '0'),
              parentSpanId: parentSpanId && parentSpanId.padStart(16, '0'),
              name,
              startTimeUnixNano: nanoseconds(start + from),
              endTimeUnixNano: nanoseconds(start + to),
              attributes: attributesOf(more.attributes ?? {}),
              status: more.isError === true ? { code: 2 } : {},
            },
          ],
        },
      ],
    }),
  )
  return JSON.stringify({ result: { resourceSpans } })
}

function nanoseconds(milliseconds: number): string {
  return String(BigInt(Math.round(milliseconds * 1_000)) * 1_000n)
}

function attributesOf(values: Readonly<Record<string, string | number | boolean>>) {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }))
}
