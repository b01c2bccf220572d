import type { Middleware } from 'koa'
import { LogUnavailable, type LogTrouble } from '../../log/event-log.ts'
import { Problem, PROBLEM_TYPE, encodeProblem, unavailable } from '../problem.ts'

export interface ProblemsOptions {
  /** Ms for `Retry-After` when the log is away, jittered. */
  readonly retryAfter: () => number
  readonly report: (error: unknown) => void
}

const AWAY = 'the log is away; a retry with the same key is safe'
/** Least `Retry-After`, in ms, where only a person can end the trouble; the most is twice as long. */
const LASTING_RETRY = 30_000

/** Turns thrown values into answers, in this one place. Handlers throw, and write no log lines. */
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
    ctx.status = problem.status
    ctx.set(problem.headers)
    ctx.set('Cache-Control', 'no-store')
    ctx.body = encodeProblem(problem.status, problem.message, problem.members)
    ctx.set('Content-Type', PROBLEM_TYPE)
  }
}

/** The status of the answer to a thrown value. */
export function statusOf(error: unknown): number {
  if (error instanceof Problem) return error.status
  return error instanceof LogUnavailable ? 503 : 500
}

function describe(error: unknown, retryAfter: () => number): Problem {
  if (error instanceof Problem) return error
  if (error instanceof LogUnavailable) return describeTrouble(error.trouble, retryAfter)
  return new Problem(500, 'something failed here; the log lines of this pod say what')
}

/** Says whether waiting helps, and else what an operator can do. */
function describeTrouble(trouble: LogTrouble | undefined, retryAfter: () => number): Problem {
  if (trouble === undefined) return unavailable(AWAY, retryAfter(), { log: { state: 'away' } })
  const { state, code, mend, isLasting } = trouble
  const detail = state === 'away' ? AWAY : `the log refuses this; an operator can mend it: ${mend}`
  const retry = isLasting ? LASTING_RETRY * (1 + Math.random()) : retryAfter()
  return unavailable(detail, retry, { log: { state, code, mend } })
}
