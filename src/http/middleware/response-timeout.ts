import type { Middleware } from 'koa'
import { DetachableSocket } from '../connection/detachable-socket.ts'

/** Cuts a connection whose client takes nothing of an answer for so many ms. */
export function responseTimeout(limit: number): Middleware {
  return (ctx, next) => {
    const socket: unknown = ctx.req.socket
    if (socket instanceof DetachableSocket) socket.stallLimit = limit
    return next()
  }
}
