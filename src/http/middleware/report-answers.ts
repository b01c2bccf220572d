import type { Layer } from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { HttpObserver } from '../http-observer.ts'

/** Others are reported without a name: a client may make up as many as it likes. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS'])

/** Reports the answers that `HttpObserver` describes. It stands around all middleware that may answer. */
export function reportAnswers(observer: Pick<HttpObserver, 'answered'>): Middleware {
  return async (ctx, next) => {
    const begunAt = performance.now()
    await next()
    const { status, res, state, method } = ctx
    const route = routeOf(ctx)
    if (ctx.respond === false || state['isLeftOut'] === true || isHealthCheck(route)) return
    const known = METHODS.has(method) ? method : undefined
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
