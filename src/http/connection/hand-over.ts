import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { DetachableSocket } from './detachable-socket.ts'
import { encodeFields, encodeStreamHead } from './stream-head.ts'
import { StreamSocket } from './stream-socket.ts'

/**
 * Takes the connection of a response away from `node:http`, for a stream whose head has the headers of the response.
 * Waits until the response owns the socket, which a pipelined one does only after the responses before it, and until
 * their bytes are written, so that the stream cannot overtake them. Returns undefined if the client left first.
 */
export async function handOver(response: ServerResponse): Promise<StreamSocket | undefined> {
  if (response.socket === null && !response.closed) await eventOrClose(response, 'socket')
  const detachable: unknown = response.socket
  if (!(detachable instanceof DetachableSocket)) return undefined
  while (detachable.writableLength > 0 && !detachable.destroyed) {
    await eventOrClose(detachable, 'drain')
  }
  if (detachable.destroyed) return undefined
  const fields = encodeFields(headersOf(response))
  const head = encodeStreamHead(fields, response.req.httpVersionMinor)
  const stream = new StreamSocket(detachable.detach(), head)
  // With its response ended, the HTTP server frees all that it holds of the request. Left open, the request
  // would count as aborted: an error with a stack trace for every stream. Its bytes go nowhere.
  response.end()
  return stream
}

function headersOf(response: ServerResponse): OutgoingHttpHeaders {
  const headers = Object.entries(response.getHeaders())
  return Object.fromEntries(headers.map(([name, value]) => [capitalized(name), value]))
}

/** `node:http` forgets how a name was written. */
function capitalized(name: string): string {
  return name.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase())
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
