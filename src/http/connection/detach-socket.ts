import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { DetachableSocket } from './detachable-socket.ts'

/**
 * Sends the head of a response and takes its socket away from `node:http`. Waits until the response owns the
 * socket, which a pipelined one does only after the responses before it, and until their bytes are written, so
 * that the stream cannot overtake them. Returns undefined if the client left first.
 */
export async function detachSocket(response: ServerResponse): Promise<Socket | undefined> {
  if (response.socket === null && !response.closed) await eventOrClose(response, 'socket')
  const detachable: unknown = response.socket
  if (!(detachable instanceof DetachableSocket) || detachable.destroyed) return undefined
  response.flushHeaders()
  while (detachable.writableLength > 0 && !detachable.destroyed) {
    await eventOrClose(detachable, 'drain')
  }
  if (detachable.destroyed) return undefined
  const socket = detachable.detach()
  // With its response ended, the HTTP server frees all that it holds of the request. Left open, the request
  // would count as aborted: an error with a stack trace for every stream.
  response.end()
  return socket
}

async function eventOrClose(emitter: NodeJS.EventEmitter, event: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const settle = () => {
    resolve()
  }
  emitter.once(event, settle)
  emitter.once('close', settle)
  await promise
  emitter.off(event, settle)
  emitter.off('close', settle)
}
