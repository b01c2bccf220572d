import type { Context } from 'koa'
import type { RequestRecord } from '../hub/hub-observer.ts'
import { readTraceContext } from './trace-context.ts'

/** Who is asking, for admission and observers. Nobody has a principal while access is open. */
export function recordRequest(ctx: Context): RequestRecord {
  return {
    principal: '',
    address: ctx.ip,
    requestedAt: performance.now(),
    trace: readTraceContext(ctx.headers),
  }
}
