import { spansOf, type OtlpTraces, type TracedSpan } from './otlp-spans.ts'

/** What a search finds spans by. A trace is found if one of its spans fits. */
export interface TraceSearch {
  readonly service: string
  /** The name of a span. */
  readonly operation?: string
  /** Of one span or of its resource; numbers and booleans as text. */
  readonly attributes?: Readonly<Record<string, string>>
  /** When the span began: in the last hour unless given. */
  readonly from?: Date
  readonly to?: Date
  /** Traces at most, before attributes are looked at. */
  readonly limit?: number
}

const HOUR = 3_600_000

/**
 * Reads traces from the API of Jaeger, by /api/v3 alone: other paths go away. Spans arrive some time after they
 * ended, so tests repeat a call with `eventually`.
 */
export class JaegerQuery {
  readonly #url: string

  /** The URL may be that of a proxy, with a path. */
  constructor(url: string) {
    this.#url = url.replace(/\/$/, '')
  }

  /** The spans of a trace, in the order of their starts. Throws while none is there. */
  async trace(traceId: string): Promise<readonly TracedSpan[]> {
    const traces = await this.#find(`traces/${traceId}`)
    if (traces === undefined) throw new Error(`Jaeger has no trace ${traceId} yet`)
    return spansOf(traces)
  }

  /** The spans of each trace that fits, in the order of their starts; none, if no trace fits. */
  async search(search: TraceSearch): Promise<readonly (readonly TracedSpan[])[]> {
    const now = Date.now()
    const { from = new Date(now - HOUR), to = new Date(now + HOUR), limit = 1_000 } = search
    // Later releases call the limit by its second name; both take the other names as they stand here.
    const query = new URLSearchParams({
      'query.service_name': search.service,
      'query.start_time_min': from.toISOString(),
      'query.start_time_max': to.toISOString(),
      'query.num_traces': String(limit),
      'query.search_depth': String(limit),
    })
    if (search.operation !== undefined) query.set('query.operation_name', search.operation)
    if (search.attributes !== undefined) {
      query.set('query.attributes', JSON.stringify(search.attributes))
    }
    const found = await this.#find(`traces?${query.toString()}`)
    const spans = found === undefined ? [] : spansOf(found)
    const traces = [...Map.groupBy(spans, ({ traceId }) => traceId).values()]
    // Jaeger 2.13 passes over the attributes of a search by HTTP.
    return traces.filter((trace) => trace.some((span) => hasAttributes(span, search.attributes)))
  }

  async services(): Promise<readonly string[]> {
    const response = await fetch(`${this.#url}/api/v3/services`)
    const { services } = (await response.json()) as { services: string[] | null }
    return services ?? []
  }

  /** Undefined where there is no such trace, which Jaeger answers with 404. */
  async #find(path: string): Promise<OtlpTraces | undefined> {
    const response = await fetch(`${this.#url}/api/v3/${path}`)
    if (response.status === 404) {
      await response.body?.cancel()
      return undefined
    }
    const text = await response.text()
    if (!response.ok) throw new Error(`Jaeger answers ${response.status}: ${text}`)
    return (JSON.parse(text) as { result: OtlpTraces }).result
  }
}

function hasAttributes(span: TracedSpan, attributes: TraceSearch['attributes'] = {}): boolean {
  return Object.entries(attributes).every(
    ([key, value]) => String(span.attributes[key] ?? span.resource[key]) === value,
  )
}
