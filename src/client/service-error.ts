import type { ProblemDocument } from '../schema/problem.ts'
import { parseFields, type Unchecked } from './parse-json.ts'

interface ServiceErrorOptions extends ErrorOptions {
  readonly isRetryable?: boolean
  readonly retryAfter?: number
}

/**
 * The service refused, could not be reached, or answered what no Runnel service answers. The message may
 * hold any characters that the other end has sent: escape it before a terminal shows it.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean
  /** Milliseconds that the service asks to wait; 0 if it does not say. */
  readonly retryAfter: number

  constructor(message: string, { isRetryable, retryAfter, ...options }: ServiceErrorOptions = {}) {
    super(message, options)
    this.isRetryable = isRetryable ?? false
    this.retryAfter = retryAfter ?? 0
  }
}

/**
 * Of the refusals that are not the request's fault, those that time does not heal, unless the answer says
 * when: 507 is a full log.
 */
const LASTING: ReadonlySet<number> = new Set([501, 505, 507])
/** Too late and too much are the request's fault, but not for long. */
const PASSING: ReadonlySet<number> = new Set([408, 429])

/** The error that an answer stands for. Reads the body. */
export async function refusalOf(response: Response): Promise<ServiceError> {
  const { status, headers } = response
  const retryAfter = parseRetryAfter(headers.get('retry-after'))
  const isLasting = LASTING.has(status) && retryAfter === 0
  return new ServiceError(`${await readDetail(response)} (status ${status})`, {
    isRetryable: PASSING.has(status) || (status >= 500 && !isLasting),
    retryAfter,
  })
}

/** The error that a failed `fetch` stands for: it hides what happened in a chain of causes. */
export function failureOf(error: unknown, url: URL): ServiceError {
  if (error instanceof ServiceError) return error
  return new ServiceError(`connection to ${url.origin} failed: ${innermost(error)}`, {
    isRetryable: true,
    cause: error,
  })
}

/** More of a `Location` says no more about where it leads, in characters. */
const LONGEST_LOCATION = 200

async function readDetail(response: Response): Promise<string> {
  const location = response.headers.get('location')
  if (location !== null) {
    const shown = JSON.stringify(location.slice(0, LONGEST_LOCATION))
    return `expected an answer, got a redirect: try the origin of ${shown}`
  }
  // An answer without detail is not from a Runnel service but perhaps from a proxy before it.
  const { detail }: Unchecked<ProblemDocument> = parseFields(await readStart(response))
  if (typeof detail === 'string') return detail
  return `expected an answer of a Runnel service, got ${response.statusText || 'another'}`
}

/** No problem document is larger, in bytes; what answers instead may send without end. */
const LARGEST_PROBLEM = 64 * 1024

/** The body as text, as far as a problem document can reach. */
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

/** RFC 9110 knows seconds and dates; our service and its proxies send seconds. */
function parseRetryAfter(header: string | null): number {
  return header !== null && /^[0-9]{1,6}$/.test(header) ? Number(header) * 1000 : 0
}

function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return innermost(error.cause)
  // One attempt for each address of a name, all of them failed: the first says as much as all.
  if (error instanceof AggregateError && error.message === '') return innermost(error.errors[0])
  return error.message
}
