import { createHash, timingSafeEqual } from 'node:crypto'
import type { Middleware } from 'koa'
import { isLoopback } from '../../lib/loopback.ts'
import { Problem } from '../problem.ts'

/** The bearer that POSTs must carry. Without one they are accepted from loopback only. */
export type AdminToken =
  | { readonly state: 'set'; readonly token: string }
  /** `unset`: no file is configured. `missing`: there is no such file, or it is blank. */
  | { readonly state: 'unset' | 'missing' }

/** Gives the token as it is at this moment; rejects if nobody can tell. */
export type AdminTokenSource = () => Promise<AdminToken>

const REFUSALS = {
  unset: 'expected a client on loopback, or RUNNEL_ADMIN_TOKEN_FILE to be set',
  missing:
    'expected a client on loopback, or a token in the file of RUNNEL_ADMIN_TOKEN_FILE, which is missing or blank',
}

/** Guards the routes that change something: they refuse all pages, and all requests without the bearer. */
export function adminAccess(readToken: AdminTokenSource): Middleware {
  return async (ctx, next) => {
    if (ctx.get('Origin') !== '') throw new Problem(403, 'expected a request that no page has made')
    const expected = await readToken()
    if (expected.state !== 'set') {
      if (!isLoopback(ctx.req.socket.remoteAddress ?? '')) {
        throw new Problem(403, REFUSALS[expected.state])
      }
    } else if (!isEqual(bearerOf(ctx.get('Authorization')), expected.token)) {
      throw new Problem(401, 'expected the bearer of RUNNEL_ADMIN_TOKEN_FILE', {
        'WWW-Authenticate': 'Bearer',
      })
    }
    await next()
  }
}

/** The credentials; empty if there are none. The case of the scheme does not count (RFC 9110, section 11.1). */
function bearerOf(authorization: string): string {
  return /^bearer +(.+)$/i.exec(authorization)?.[1] ?? ''
}

/** Compares hashes, so that neither time nor an exception reveals the length. */
function isEqual(a: string, b: string): boolean {
  return timingSafeEqual(hash(a), hash(b))
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
