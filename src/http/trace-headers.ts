/** The headers by which a client asks for a trace, and learns which one its request has. */
import type { Context } from 'koa'
import type { SpanIds } from '../wire/trace-context.ts'
import { Problem } from './problem.ts'

/** Whether the client asks for a trace of its publish. Throws 400 for any value but 1. */
export function asksForTrace(ctx: Context): boolean {
  // Node joins repeated headers of this name.
  const value = ctx.headers['runnel-trace']
  if (value === undefined) return false
  if (value === '1') return true
  throw new Problem(400, 'Runnel-Trace: expected 1, or no such header')
}

/** The header that names the span of a request in its answer, as the draft of W3C Trace Context Level 2 does. */
export function traceresponse(span: SpanIds | undefined): { readonly Traceresponse?: string } {
  return span === undefined ? {} : { Traceresponse: `00-${span.traceId}-${span.spanId}-01` }
}
