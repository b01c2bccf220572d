import { STATUS_CODES } from 'node:http'
import type { ProblemDocument } from '../schema/problem.ts'

/** An error answer, thrown anywhere below the `problems` middleware. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly members: ProblemMembers

  /**
   * `detail` and `members` go to the client: they name the expected value, the received one and the remedy,
   * and hold nothing internal.
   */
  constructor(
    status: number,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    members: ProblemMembers = {},
  ) {
    super(detail)
    this.status = status
    this.headers = headers
    this.members = members
  }
}

/** Members for programs, in addition to those of every problem document. */
export type ProblemMembers = Omit<ProblemDocument, 'type' | 'title' | 'status' | 'detail'>

export const PROBLEM_TYPE = 'application/problem+json'

/** A problem document (RFC 9457). Its `type` is `about:blank`, since the status identifies the problem. */
export function encodeProblem(
  status: number,
  detail: string,
  members: ProblemMembers = {},
): string {
  const title = STATUS_CODES[status] ?? 'Error'
  const problem: ProblemDocument = { type: 'about:blank', title, status, detail, ...members }
  return JSON.stringify(problem)
}

/** A temporary refusal; `retryAfter` in ms. */
export function unavailable(
  detail: string,
  retryAfter: number,
  members: ProblemMembers = {},
): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfter / 1000))
  return new Problem(503, detail, { 'Retry-After': String(seconds) }, members)
}
