import cors from '@koa/cors'
import type { Context, Middleware } from 'koa'
import { Problem } from '../problem.ts'

/** How long a browser may remember a preflight, in seconds. */
const MAX_AGE = 600

const ALLOWED_HEADERS = [
  'Last-Event-ID',
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Prefer',
  'traceparent',
]

/** Admits pages of the listed origins, with credentials. Pages of any origin may read where `isOpen`. */
export function crossOrigin(
  origins: readonly string[],
  isOpen: (ctx: Context) => boolean,
): Middleware {
  const listed = new Set(origins)
  const admitPages = cors({
    // A listed page may send its credentials to an open route, too; its browser would then refuse a `*`.
    origin: (ctx) => {
      const origin = ctx.get('Origin')
      if (listed.has(origin)) return origin
      return isOpen(ctx) ? '*' : ''
    },
    credentials: (ctx) => listed.has(ctx.get('Origin')),
    allowMethods: 'GET,HEAD,POST',
    allowHeaders: ALLOWED_HEADERS,
    exposeHeaders: ['Retry-After'],
    maxAge: MAX_AGE,
  })
  return (ctx, next) => {
    if (ctx.headers.origin !== undefined || isOpen(ctx)) return admitPages(ctx, next)
    ctx.set('Vary', 'Origin')
    return next()
  }
}

/**
 * Refuses a publish from a page whose origin is neither listed nor this host. A browser sends text/plain
 * across origins without a preflight, so CORS alone would come too late.
 */
export function checkOrigin(ctx: Context, origins: readonly string[]): void {
  const { origin = '' } = ctx.headers
  if (origin === '' || origins.includes(origin)) return
  if (URL.canParse(origin) && new URL(origin).host === ctx.get('Host').toLowerCase()) return
  throw new Problem(403, 'expected an Origin listed in RUNNEL_CORS_ORIGINS')
}
