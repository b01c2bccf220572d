import type { Middleware } from 'koa'
import { LogUnavailable } from '../../log/event-log.ts'
import { Problem, PROBLEM_TYPE, problemDocument, unavailable } from '../problem.ts'

export interface ProblemsOptions {
  /** Ms for `Retry-After` when the log is away, jittered. */
  readonly retryAfter: () => number
  readonly report: (error: unknown) => void
}

/** The one place where a thrown value becomes an answer. Handlers throw and never log. */
export function problems({ retryAfter, report }: ProblemsOptions): Middleware {
  return async (ctx, next) => {
    let problem: Problem
    try {
      await next()
      if (ctx.respond === false || ctx.body != null || ctx.status < 400) return
      problem = new Problem(ctx.status, 'expected a path and method that exist here')
    } catch (error) {
      problem = describe(error, retryAfter)
      if (problem.status === 500) report(error)
    }
    if (ctx.headerSent) return
    ctx.status = problem.status
    ctx.set(problem.headers)
    ctx.set('Cache-Control', 'no-store')
    ctx.body = problemDocument(problem.status, problem.message)
    ctx.set('Content-Type', PROBLEM_TYPE)
  }
}

function describe(error: unknown, retryAfter: () => number): Problem {
  if (error instanceof Problem) return error
  if (error instanceof LogUnavailable) {
    return unavailable('the log is not available; a retry with the same key is safe', retryAfter())
  }
  return new Problem(500, 'something failed here; it is in the log')
}
