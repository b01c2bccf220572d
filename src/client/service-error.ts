import type { ProblemDocument } from '../schema/problem.ts'
import { parseFields, type Unchecked } from './parse-json.ts'
import { traceIdOf } from './trace-id.ts'

interface ServiceErrorOptions extends ErrorOptions {
  readonly isRetryable?: boolean
  readonly retryAfter?: number
  readonly traceId?: string | undefined
  readonly status?: number
}

/**
 * The service refused, could not be reached, or is not Runnel. The message may hold any characters from the
 * server: escape it before printing it on a terminal.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean
  /** Milliseconds of the answer's `Retry-After`; 0 without one. */
  readonly retryAfter: number
  /** The trace of the refused request; undefined where it has none. */
  readonly traceId: string | undefined
  /** The status of the refusal; undefined where there is no answer, or it is none of Runnel. */
  readonly status: number | undefined

  constructor(message: string, options: ServiceErrorOptions = {}) {
    const { isRetryable, retryAfter, traceId, status, ...rest } = options
    super(message, rest)
    this.isRetryable = isRetryable ?? false
    this.retryAfter = retryAfter ?? 0
    this.traceId = traceId
    this.status = status
  }
}

/**
 * Server errors that a retry does not mend, unless the answer has `Retry-After`: 507, a full log, may pass
 * by itself.
 */
const LASTING: ReadonlySet<number> = new Set([501, 505, 507])
/** Client errors that a retry may mend: request timeout and too many requests. */
const PASSING: ReadonlySet<number> = new Set([408, 429])

/** Makes the error of an answer, for which it reads the body. */
export async function refusalOf(response: Response): Promise<ServiceError> {
  const { status, headers } = response
  const retryAfter = parseRetryAfter(headers.get('retry-after'))
  const isLasting = LASTING.has(status) && retryAfter === 0
  return new ServiceError(`${await readDetail(response)} (status ${status})`, {
    isRetryable: PASSING.has(status) || (status >= 500 && !isLasting),
    retryAfter,
    traceId: traceIdOf(response),
    status,
  })
}

/** Makes the error of a failed `fetch`, with the message of the innermost cause. `proxy` names one on the way. */
export function failureOf(error: unknown, url: URL, proxy?: string): ServiceError {
  if (error instanceof ServiceError) return error
  const way = proxy === undefined ? '' : ` through the proxy ${proxy}`
  return new ServiceError(`connection to ${url.origin}${way} failed: ${innermost(error)}`, {
    isRetryable: true,
    cause: error,
  })
}

/**
 * The origin that a `Location` leads to, for messages: credentials, path and query may hold secrets. `base` is the URL
 * that was asked, or empty.
 */
export function redirectOrigin(location: string, base: string): string {
  const target = URL.parse(location, base || undefined)
  return target !== null && /^https?:$/.test(target.protocol) ? target.origin : 'another place'
}

async function readDetail(response: Response): Promise<string> {
  const location = response.headers.get('location')
  if (location !== null) {
    const origin = redirectOrigin(location, response.url)
    return `expected an answer, got a redirect to ${origin}: try the address that it leads to`
  }
  // An answer without detail is not from a Runnel service, but perhaps from a proxy in front.
  const { detail }: Unchecked<ProblemDocument> = parseFields(await readStart(response))
  if (typeof detail === 'string') return detail
  return `expected an answer of a Runnel service, got ${response.statusText || 'another'}`
}

/** Larger than any problem document, in bytes; the body of another server may be endless. */
const LARGEST_PROBLEM = 64 * 1024

/** The body as text, up to the size of the largest problem document. */
async function readStart({ body }: Response): Promise<string> {
  if (body === null) return ''
  const reader = body.getReader()
  const utf8 = new TextDecoder()
  let text = ''
  for (let size = 0; size <= LARGEST_PROBLEM;) {
    const { done, value } = await reader.read()
    if (done) return text + utf8.decode()
    size += value.length
    text += utf8.decode(value, { stream: true })
  }
  await reader.cancel()
  return text
}

/** Reads seconds only: RFC 9110 allows dates as well, but Runnel and its proxies send seconds. */
function parseRetryAfter(header: string | null): number {
  return header !== null && /^[0-9]{1,6}$/.test(header) ? Number(header) * 1000 : 0
}

function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return innermost(error.cause)
  // Node tries each address of a host name; the first error stands for all of them.
  if (error instanceof AggregateError && error.message === '') return innermost(error.errors[0])
  return error.message
}
