import type { Middleware } from 'koa'
import { Problem } from '../problem.ts'

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/**
 * On a loopback address access is open, so a page from anywhere could reach the service under a name of
 * its own that it has let point here (DNS rebinding). Such a request still carries that name.
 */
export function checkHost(hosts: readonly string[]): Middleware {
  const known = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())])
  return async (ctx, next) => {
    const name = ctx.get('Host').toLowerCase().replace(/:\d*$/, '')
    // Only HTTP/1.0 clients may leave it out, and no browser is one.
    if (name !== '' && !known.has(name)) {
      throw new Problem(
        421,
        'expected a Host of localhost, 127.0.0.1, [::1] or one of RUNNEL_HOSTS',
        { Vary: 'Origin' },
      )
    }
    await next()
  }
}
