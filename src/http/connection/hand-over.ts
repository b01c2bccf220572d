import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { DetachableSocket } from './detachable-socket.ts'
import { encodeFields, encodeStreamHead } from './stream-head.ts'
import { StreamSocket } from './stream-socket.ts'

/**
 * Takes the connection of a response away from `node:http`, for a stream whose head has the headers of the response.
 * Nothing is pending before it: requests are handled in order, each once the answer before it is written. Returns
 * undefined if the client has left.
 */
export function handOver(response: ServerResponse): StreamSocket | undefined {
  const detachable: unknown = response.socket
  if (!(detachable instanceof DetachableSocket) || detachable.destroyed) return undefined
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
