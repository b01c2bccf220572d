import type { Layer, Router } from '@koa/router'
import type { Context, Middleware } from 'koa'
import { Problem } from '../problem.ts'

/**
 * Runs the route of a request. A known path with an unknown method is answered with `Allow`: 204 for OPTIONS, else 405.
 *
 * Own code: the router's own dispatch tries each of its routes and composes their handlers anew for each request, which
 * costs more than an append to the log in memory.
 */
export function dispatch({ stack }: Router): Middleware {
  const routes = Map.groupBy(stack, ({ path }) => firstSegment(String(path)))
  const handlers = new Map(stack.map((layer) => [layer, composeHandlers(layer)]))
  return (ctx, next) => {
    const { path, method } = ctx
    const matched = (routes.get(firstSegment(path)) ?? []).filter(({ regexp }) => regexp.test(path))
    if (matched.length === 0) return next()
    ctx['matched'] = matched
    const layer = matched.find(({ methods }) => methods.includes(method))
    if (layer === undefined) return refuseMethod(ctx, matched)
    ctx['params'] = layer.params(path, layer.captures(path))
    return handlers.get(layer)!(ctx, next)
  }
}

/** `/a` of `/a/b`. No route has a parameter there. */
function firstSegment(path: string): string {
  const end = path.indexOf('/', 1)
  return end === -1 ? path : path.slice(0, end)
}

function composeHandlers({ stack }: Layer): Middleware {
  const handlers = stack.filter(isHandler)
  return handlers.reduceRight(
    (following, handler) => (ctx, next) => handler(ctx, () => following(ctx, next)),
  )
}

/** The others belong to parameters of paths. */
function isHandler(each: Layer['stack'][number]): each is Middleware {
  return !('param' in each)
}

function refuseMethod(ctx: Context, matched: readonly Layer[]): void {
  const allow = [...new Set(matched.flatMap(({ methods }) => methods)), 'OPTIONS'].join(', ')
  if (ctx.method !== 'OPTIONS') {
    throw new Problem(405, `expected one of ${allow}`, { Allow: allow })
  }
  ctx.status = 204
  ctx.set('Allow', allow)
}
