import { parseTraces, type Span } from './spans.ts'
import { endpointOf } from '../service-arguments.ts'
import type { TraceArguments, TraceSubject } from './trace-arguments.ts'

/** Traces that a search asks for: the newest, since Jaeger 2.13 passes over attributes and gives back traces of all kinds. */
const SEARCHED = 1_000
/** Most of those that fit. */
const MAX_TRACES = 20
/** In ms. */
const TIMEOUT = 10_000
/** Characters of an answer that is no JSON, in a message. */
const QUOTED = 200

/**
 * The traces that Jaeger has now, oldest first; none if it has none yet. Uses version 3 of the query API, the one that
 * releases of 2026 keep. Rejects with a message for people.
 */
export async function findTraces(
  { jaeger, service, since, subject }: TraceArguments,
  signal: AbortSignal,
): Promise<readonly (readonly Span[])[]> {
  const path = subject.kind === 'id' ? `/api/v3/traces/${subject.traceId}` : '/api/v3/traces'
  const url = endpointOf(jaeger, path)
  if (subject.kind === 'attribute') {
    const depth = String(SEARCHED)
    const query = {
      service_name: service,
      attributes: JSON.stringify({ [subject.name]: subject.value }),
      start_time_min: new Date(Date.now() - since).toISOString(),
      // Clocks of other machines may be ahead.
      start_time_max: new Date(Date.now() + 60_000).toISOString(),
      // Releases differ in the name of this one.
      num_traces: depth,
      search_depth: depth,
    }
    for (const [name, text] of Object.entries(query)) url.searchParams.set(`query.${name}`, text)
  }
  const traces = await parseAnswer(await get(url, signal), url)
  return traces.filter((spans) => isAbout(spans, subject)).slice(-MAX_TRACES)
}

function isAbout(spans: readonly Span[], subject: TraceSubject): boolean {
  if (subject.kind === 'id') return true
  return spans.some(({ attributes }) => attributes.get(subject.name) === subject.value)
}

async function get(url: URL, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]) })
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `expected Jaeger's query service at ${url.origin}, got ${detail}: name it with --jaeger`,
      { cause: error },
    )
  }
}

async function parseAnswer(response: Response, url: URL): Promise<readonly (readonly Span[])[]> {
  // Nothing found is 404 as well as an empty list.
  if (response.status === 404) {
    await response.body?.cancel()
    return []
  }
  const text = await response.text()
  try {
    if (!response.ok) throw new Error(String(response.status))
    return parseTraces(JSON.parse(text))
  } catch (error) {
    throw new Error(
      `expected a trace from ${url.origin}${url.pathname}, got ${response.status}: ${text.slice(0, QUOTED)}`,
      { cause: error },
    )
  }
}
