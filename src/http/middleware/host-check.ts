import type { Middleware } from 'koa'
import { Problem } from '../problem.ts'

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/**
 * Refuses requests with a foreign Host. On a loopback address access is open, so any page could reach the
 * service under a name of its own that it lets point here (DNS rebinding); such a request carries that name.
 */
export function checkHost(hosts: readonly string[]): Middleware {
  const known = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())])
  return (ctx, next) => {
    const { host = '' } = ctx.headers
    const name = host.toLowerCase().replace(/:\d*$/, '')
    // Only HTTP/1.0 clients may leave the Host out, and no browser is one.
    if (name !== '' && !known.has(name)) {
      throw new Problem(
        421,
        'expected a Host of localhost, 127.0.0.1, [::1] or one of RUNNEL_HOSTS',
        { Vary: 'Origin' },
      )
    }
    return next()
  }
}
