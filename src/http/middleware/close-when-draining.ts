import type Koa from 'koa'
import type { Drain } from '../../capacity/drain.ts'

/**
 * While the process leaves, no connection outlives the answer to a publish. On one that is kept, a publisher
 * would go on to reach a log that ever fewer follow.
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
