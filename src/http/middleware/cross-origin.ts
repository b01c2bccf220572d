import cors from '@koa/cors'
import type { Context, Middleware } from 'koa'
import { Problem } from '../problem.ts'

/** How long a browser may remember a preflight, in seconds. */
const MAX_AGE = 600

/** Headers that a preflight allows if it asks for none. */
const USUAL_HEADERS = [
  'Last-Event-ID',
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Prefer',
  'traceparent',
]

/** Most headers that one preflight can ask for, and characters of each. */
const MOST_HEADERS = 64
const LONGEST_HEADER = 128
/** A token of RFC 9110, section 5.6.2, as the name of a header is. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/

/** Admits pages of the listed origins, with credentials. Pages of any origin may read the open paths. */
export function crossOrigin(
  origins: readonly string[],
  openPaths: ReadonlySet<string>,
): Middleware {
  const listed = new Set(origins)
  const isOpen = (ctx: Context) => openPaths.has(ctx.path)
  const admitPages = cors({
    // A listed page may send its credentials to an open route, too; its browser would then refuse a `*`.
    origin: (ctx) => {
      if (isListed(ctx)) return ctx.get('Origin')
      return isOpen(ctx) ? '*' : ''
    },
    credentials: isListed,
    allowMethods: 'GET,HEAD,POST',
    allowHeaders: USUAL_HEADERS,
    exposeHeaders: ['Retry-After'],
    maxAge: MAX_AGE,
  })
  return (ctx, next) => {
    if (ctx.headers.origin === undefined && !isOpen(ctx)) {
      ctx.set('Vary', 'Origin')
      return next()
    }
    const { origin = '' } = ctx.headers
    ctx.state['isListedOrigin'] = listed.has(withoutDefaultPort(origin))
    const admitted = admitPages(ctx, next)
    return ctx.method === 'OPTIONS' ? admitted.then(() => allowAskedHeaders(ctx)) : admitted
  }
}

/**
 * Allows a preflight that was admitted the very headers that it asks for, since libraries in the page add their own.
 * A name beyond the bounds is left out, so that the browser can tell the page which one is not allowed.
 */
function allowAskedHeaders(ctx: Context): void {
  if (!ctx.res.hasHeader('Access-Control-Allow-Headers')) return
  const names = ctx.get('Access-Control-Request-Headers').split(',', MOST_HEADERS)
  const allowed = names
    .map((name) => name.trim())
    .filter((name) => name.length <= LONGEST_HEADER && HEADER_NAME.test(name))
  if (allowed.length > 0) ctx.set('Access-Control-Allow-Headers', allowed.join(','))
}

/**
 * Refuses a publish from a page whose origin is neither listed nor this host. A browser sends text/plain
 * across origins without a preflight, so CORS alone would come too late.
 */
export function checkOrigin(ctx: Context): void {
  const { origin = '' } = ctx.headers
  if (origin === '' || isListed(ctx)) return
  const page = withoutDefaultPort(origin)
  if (originsOf(ctx.get('Host').toLowerCase()).includes(page)) return
  throw new Problem(403, 'expected an Origin listed in RUNNEL_CORS_ORIGINS')
}

/** Whether the origin of the request is listed, as `crossOrigin` has found. */
function isListed(ctx: Context): boolean {
  return ctx.state['isListedOrigin'] === true
}

/**
 * The origins that a Host stands for. Either scheme, since TLS may end at a proxy, which may then name its own port 80
 * or the browser's 443; but none of an app, whose hosts are its own.
 */
function originsOf(host: string): readonly string[] {
  const hosts = [host, host.replace(/:(?:80|443)$/, '')]
  return hosts.flatMap((name) => [`http://${name}`, `https://${name}`])
}

/** Browsers leave out the default port of a scheme, proxies and other clients may write it. */
function withoutDefaultPort(origin: string): string {
  return origin.replace(/^(?:(http:.*):80|(https:.*):443)$/, '$1$2')
}
