import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { DetachableSocket } from './detachable-socket.ts'

/**
 * Sends the head of a response and takes its socket away from `node:http`. Waits until the response
 * owns the socket, which a pipelined one does only after those before it, and until nothing of those is
 * pending, so that no byte of ours overtakes one of theirs. Returns undefined if the client left first.
 */
export async function handOver(response: ServerResponse): Promise<Socket | undefined> {
  if (response.socket === null && !response.closed) await eventOrClose(response, 'socket')
  const front: unknown = response.socket
  if (!(front instanceof DetachableSocket) || front.destroyed) return undefined
  response.flushHeaders()
  while (front.writableLength > 0 && !front.destroyed) await eventOrClose(front, 'drain')
  if (front.destroyed) return undefined
  const socket = front.detach()
  // To the HTTP server the response is complete, and it lets go of everything. Left open, its request
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
