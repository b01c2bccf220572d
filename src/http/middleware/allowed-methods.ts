import type { Layer } from '@koa/router'
import type { Middleware } from 'koa'
import { Problem } from '../problem.ts'

/** Answers a known path with an unknown method: 204 for OPTIONS, else 405, both with `Allow`. */
export const allowedMethods: Middleware = async (ctx, next) => {
  await next()
  if (ctx.status !== 404 || ctx.body != null || ctx.respond === false) return
  const matched: readonly Layer[] = ctx['matched'] ?? []
  const allowed = new Set(matched.flatMap((layer) => layer.methods))
  if (allowed.size === 0 || allowed.has(ctx.method)) return
  const allow = [...allowed, 'OPTIONS'].join(', ')
  if (ctx.method !== 'OPTIONS') {
    throw new Problem(405, `expected one of ${allow}`, { Allow: allow })
  }
  ctx.status = 204
  ctx.set('Allow', allow)
}
