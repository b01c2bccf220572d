import type { Middleware } from 'koa'
import { Problem } from '../problem.ts'

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** Whether a Host is of this machine. Only HTTP/1.0 clients may leave it out, and no browser is one. */
export function hostCheck(hosts: readonly string[]): (host: string | undefined) => boolean {
  const known = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())])
  return (host = '') => {
    const name = host.toLowerCase().replace(/:\d*$/, '')
    return name === '' || known.has(name)
  }
}

/**
 * Refuses requests with a foreign Host. On a loopback address access is open, so any page could reach the
 * service under a name of its own that it lets point here (DNS rebinding); such a request carries that name.
 */
export function checkHost(hosts: readonly string[]): Middleware {
  const isKnown = hostCheck(hosts)
  return (ctx, next) => {
    if (isKnown(ctx.headers.host)) return next()
    throw new Problem(
      421,
      'expected a Host of localhost, 127.0.0.1, [::1] or one of RUNNEL_HOSTS',
      {
        Vary: 'Origin',
      },
    )
  }
}
