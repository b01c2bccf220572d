import { parseTraces, type Span } from './spans.ts'
import type { Fetch } from '../../client/fetch.ts'
import { ServiceError } from '../../client/service-error.ts'
import { endpointOf } from '../request/service-address.ts'
import { DEFAULT_JAEGER, type TraceArguments, type TraceSubject } from './trace-arguments.ts'

/** Traces that a search asks for: the newest, since Jaeger 2.13 passes over attributes and gives back traces of all kinds. */
const SEARCHED = 1_000
/** Most of those that fit. */
const MAX_TRACES = 20
/** For a whole answer, in ms. */
const TIMEOUT = 10_000
/** Most that an answer may have in memory, in bytes. */
const MAX_ANSWER = 64 * 1024 ** 2
/** Characters of an answer that is no JSON, in a message. */
const QUOTED = 200

/**
 * The traces that Jaeger has now, oldest first; none if it has none yet. Uses version 3 of the query API, the one that
 * releases of 2026 keep. Rejects with a message for people.
 */
export async function findTraces(
  { jaeger, service, since, subject }: TraceArguments,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<readonly (readonly Span[])[]> {
  const path = subject.kind === 'id' ? `/api/v3/traces/${subject.traceId}` : '/api/v3/traces'
  const url = endpointOf(jaeger.url, path)
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
  const traces = parseAnswer(await get(url, fetch, signal), url)
  return traces.filter((spans) => isAbout(spans, subject)).slice(-MAX_TRACES)
}

function isAbout(spans: readonly Span[], subject: TraceSubject): boolean {
  if (subject.kind === 'id') return true
  return spans.some(({ attributes }) => attributes.get(subject.name) === subject.value)
}

interface Answer {
  readonly status: number
  readonly text: string
}

async function get(url: URL, fetch: Fetch, signal: AbortSignal): Promise<Answer> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)])
    const response = await fetch(url, { headers: {}, signal: limit })
    return { status: response.status, text: await readBounded(response) }
  } catch (error) {
    signal.throwIfAborted()
    throw new Error(
      `expected Jaeger's query service at ${url.origin}, got ${problemOf(error)}: ${adviceOf(error, url)}`,
      { cause: error },
    )
  }
}

/** The body as text. Leaving the loop cancels what is still to come. */
async function readBounded({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > MAX_ANSWER) throw new AnswerTooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge'
  override readonly message = `an answer of more than ${MAX_ANSWER / 1024 ** 2} MiB`
}

function problemOf(error: unknown): string {
  if (isTimeout(error)) return `no whole answer within ${TIMEOUT / 1_000} s`
  if (error instanceof ServiceError) return error.message
  const cause = causeOf(error)
  if (!(cause instanceof Error)) return String(cause)
  // A name with several addresses fails with the errors of all, and without a message of its own.
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message
}

function adviceOf(error: unknown, { origin }: URL): string {
  if (error instanceof AnswerTooLarge) return 'a search reads less with a shorter --since'
  const cause = causeOf(error)
  const isRefused = cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
  return isRefused && origin === DEFAULT_JAEGER
    ? '`make trace-demo` starts one and prints its address; name it, or yours, with --jaeger'
    : 'name it with --jaeger'
}

/** `fetch` wraps what the network says. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

function parseAnswer({ status, text }: Answer, url: URL): readonly (readonly Span[])[] {
  // Nothing found is 404 as well as an empty list.
  if (status === 404) return []
  try {
    if (status >= 300 && status < 400) throw new Error('a redirect, which takes no headers along')
    if (status !== 200) throw new Error('expected status 200')
    return parseTraces(JSON.parse(text))
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new Error(
      `expected a trace from ${url.origin}${url.pathname}, got ${status}: ${text.slice(0, QUOTED)} (${problem})`,
      { cause: error },
    )
  }
}
