import type { Middleware } from 'koa'

/**
 * Cuts a connection whose client takes nothing of an answer for so many ms. From here on only: a request
 * may be held for longer than that before it is answered.
 */
export function answerTimeout(milliseconds: number): Middleware {
  return async (ctx, next) => {
    await next()
    if (ctx.respond !== false) ctx.req.socket.setTimeout(milliseconds)
  }
}
