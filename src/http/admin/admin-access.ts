import { createHash, timingSafeEqual } from 'node:crypto'
import type { Middleware } from 'koa'
import { isLoopback } from '../../lib/loopback.ts'
import { Problem } from '../problem.ts'

/** Guards the routes that change something: they refuse all pages, and all requests without the bearer. */
export function adminAccess(token: string | undefined): Middleware {
  return async (ctx, next) => {
    if (ctx.get('Origin') !== '') throw new Problem(403, 'expected a request that no page has made')
    if (token === undefined) {
      if (!isLoopback(ctx.req.socket.remoteAddress ?? '')) {
        throw new Problem(
          403,
          'expected a client on loopback, or RUNNEL_ADMIN_TOKEN_FILE to be set',
        )
      }
    } else if (!isEqual(ctx.get('Authorization'), `Bearer ${token}`)) {
      throw new Problem(401, 'expected the bearer of RUNNEL_ADMIN_TOKEN_FILE', {
        'WWW-Authenticate': 'Bearer',
      })
    }
    await next()
  }
}

/** Compares hashes, so that neither time nor an exception reveals the length. */
function isEqual(a: string, b: string): boolean {
  return timingSafeEqual(hash(a), hash(b))
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
