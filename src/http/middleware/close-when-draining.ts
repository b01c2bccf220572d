import type Koa from 'koa'
import type { Drain } from '../../capacity/drain.ts'

/**
 * Closes connections after their answer while the process drains. On a kept connection, a publisher would go
 * on to publish into a log whose subscribers are leaving.
 */
export function closeWhenDraining(drain: Pick<Drain, 'isDraining'>): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next()
    } finally {
      if (drain.isDraining) ctx.set('Connection', 'close')
    }
  }
}
