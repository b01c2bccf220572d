import { STATUS_CODES } from 'node:http'

/** An answer that is an error, thrown anywhere below the `problems` middleware. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  /** `detail` goes to the client: what was expected, what came, what to do; nothing internal. */
  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.status = status
    this.headers = headers
  }
}

export const PROBLEM_TYPE = 'application/problem+json'

/** A problem document (RFC 9457). The status says all that `type` could, hence `about:blank`. */
export function problemDocument(status: number, detail: string): string {
  const title = STATUS_CODES[status] ?? 'Error'
  return JSON.stringify({ type: 'about:blank', title, status, detail })
}

/** A refusal that ends by itself; `retryAfter` in ms. */
export function unavailable(detail: string, retryAfter: number): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfter / 1000))
  return new Problem(503, detail, { 'Retry-After': String(seconds) })
}
