import type { Middleware } from 'koa'
import { DetachableSocket } from '../connection/detachable-socket.ts'
import { LOOKS, type PeerProgress } from '../connection/peer-progress.ts'

/**
 * Cuts a connection whose client takes nothing of an answer for so many ms. From here on only: a request
 * may be held for longer than that before it is answered.
 */
export function responseTimeout(limit: number): Middleware {
  return async (ctx, next) => {
    await next()
    const front: unknown = ctx.req.socket
    if (ctx.respond === false || !(front instanceof DetachableSocket)) return
    let progress: PeerProgress | undefined
    front.setTimeout(limit / LOOKS)
    // Comes when the socket was idle for that long; the HTTP server then leaves it to us what to do.
    ctx.res.on('timeout', () => {
      progress ??= front.watchProgress()
      if (progress.isStalled(performance.now(), limit)) front.destroy()
      else front.setTimeout(limit / LOOKS)
    })
  }
}
