import type { Middleware } from 'koa'
import { Problem } from '../problem.ts'
import type { Service } from '../service.ts'

/** Never depends on the log, since a restart would not bring the log back. */
export const live: Middleware = (ctx) => {
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { status: 'ok' }
}

/**
 * Waits for the first connection to the log and then ignores it: if all pods left the ingress at once,
 * every browser that reconnects would meet a 503, which ends its EventSource for good.
 */
export function ready({ log, drain }: Service): Middleware {
  return (ctx) => {
    if (drain.isDraining) throw new Problem(503, 'draining')
    if (!log.status().ready) throw new Problem(503, 'waiting for the first connection to the log')
    ctx.set('Cache-Control', 'no-store')
    ctx.body = { status: 'ok' }
  }
}

/** Public: how full this pod and its fleet are, and advice to clients. */
export function streamCapacity({ status }: Service): Middleware {
  return (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = status()
  }
}
