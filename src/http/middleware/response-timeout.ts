import type { Middleware } from 'koa'
import { DetachableSocket } from '../connection/detachable-socket.ts'
import { READINGS_PER_LIMIT, type PeerProgress } from '../connection/peer-progress.ts'

/**
 * Cuts a connection whose client takes nothing of an answer for so many ms. The time counts from the answer:
 * a poll may be held for longer than that before it is answered.
 */
export function responseTimeout(limit: number): Middleware {
  return async (ctx, next) => {
    await next()
    const socket: unknown = ctx.req.socket
    if (ctx.respond === false || !(socket instanceof DetachableSocket)) return
    let progress: PeerProgress | undefined
    socket.setTimeout(limit / READINGS_PER_LIMIT)
    // Emitted when the socket was idle for that long. With a listener, the HTTP server does not destroy it.
    ctx.res.on('timeout', () => {
      progress ??= socket.watchProgress()
      if (progress.isStalled(performance.now(), limit)) socket.destroy()
      else socket.setTimeout(limit / READINGS_PER_LIMIT)
    })
  }
}
