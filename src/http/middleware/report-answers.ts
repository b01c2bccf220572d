import type { Layer } from '@koa/router'
import type { Context, Middleware } from 'koa'
import { METHODS, type HttpObserver } from '../http-observer.ts'

/** Reports the answers that `HttpObserver` describes. It stands around all middleware that may answer. */
export function reportAnswers(observer: Pick<HttpObserver, 'answered'>): Middleware {
  return async (ctx, next) => {
    const begunAt = performance.now()
    await next()
    if (ctx.respond === false || ctx.state['isLeftOut'] === true) return
    const { status, res, method } = ctx
    const route = routeOf(ctx)
    if (isHealthCheck(route)) return
    const known = METHODS.find((each) => each === method)
    const report = () => {
      const duration = performance.now() - begunAt
      observer.answered({ route, method: known, status, duration })
    }
    // The answer to a client that has left ends here: it emits no further `close`.
    if (res.closed) report()
    else res.once('close', report)
  }
}

/** Leaves out an answer of which the observer is told in another way. */
export function leaveOut(ctx: Context): void {
  ctx.state['isLeftOut'] = true
}

/** The route of the path, whether it has the method or not. */
function routeOf(ctx: Context): string | undefined {
  const matched: readonly Layer[] = ctx['matched'] ?? []
  const path = matched[0]?.path
  return path === undefined ? undefined : String(path)
}

function isHealthCheck(route: string | undefined): boolean {
  return route?.startsWith('/health/') ?? false
}
