/** What the commands that call a running service have in common. */
import { quote } from '../config/parsed.ts'
import type { ProblemDocument } from '../schema/problem.ts'
import { isChannelName } from '../wire/channel.ts'
import { BadUse } from './bad-use.ts'
import { parseFields, type Unchecked } from './parse-json.ts'
import { printable } from './printable.ts'

export const DEFAULT_URL = 'http://127.0.0.1:8080'

interface ServiceErrorOptions extends ErrorOptions {
  readonly isPassing?: boolean
  readonly retryAfter?: number
}

/** The service refused, could not be reached, or answered what no Runnel service answers. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  /** Whether the same request may succeed later. */
  readonly isPassing: boolean
  /** Milliseconds that the service asks to wait; 0 if it does not say. */
  readonly retryAfter: number

  constructor(message: string, { isPassing, retryAfter, ...options }: ServiceErrorOptions = {}) {
    super(message, options)
    this.isPassing = isPassing ?? false
    this.retryAfter = retryAfter ?? 0
  }
}

/** The base of a service; a path, as behind a proxy that adds a prefix, is kept. `name` is what a
 * refusal calls it. */
export function parseServiceUrl(text: string, name = '--url'): URL {
  const url = URL.parse(text)
  const isUsable =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    // `fetch` takes no name and password in a URL.
    [url.username, url.password, url.search, url.hash].every((part) => part === '')
  if (isUsable) return url
  throw new BadUse(`${name}: expected an address such as ${DEFAULT_URL}, got ${quote(text)}`)
}

export function endpointOf(base: URL, path: string): URL {
  const url = new URL(base)
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  return url
}

export function checkChannelName(name: string): string {
  if (isChannelName(name)) return name
  throw new BadUse(
    `expected a channel name of 1 to 128 characters of A-Z a-z 0-9 . _ ~ : - that is not "." or "..", ` +
      `got ${quote(name)}`,
  )
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
    isPassing: PASSING.has(status) || (status >= 500 && !isLasting),
    retryAfter,
  })
}

/** The error that a failed `fetch` stands for: it hides what happened in a chain of causes. */
export function failureOf(error: unknown, url: URL): ServiceError {
  if (error instanceof ServiceError) return error
  return new ServiceError(`connection to ${url.origin} failed: ${innermost(error)}`, {
    isPassing: true,
    cause: error,
  })
}

async function readDetail(response: Response): Promise<string> {
  const location = response.headers.get('location')
  if (location !== null) {
    return `expected an answer, got a redirect: try the origin of ${quote(location)}`
  }
  // An answer without detail is not from a Runnel service but perhaps from a proxy before it.
  const { detail }: Unchecked<ProblemDocument> = parseFields(await response.text())
  if (typeof detail === 'string') return printable(detail)
  return `expected an answer of a Runnel service, got ${response.statusText || 'another'}`
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
