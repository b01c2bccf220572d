import type { IncomingMessage } from 'node:http'
import { refuseConnection } from './protocol-errors.ts'

/**
 * Refuses a request whose body is not there so many ms after its head. Node's own limit begins with the
 * head, so that each would be given the time of the other.
 */
export function limitBodyTime(request: IncomingMessage, milliseconds: number): void {
  if (!hasBody(request)) return
  const { socket } = request
  const timer = setTimeout(() => {
    if (!request.complete) refuseConnection({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket)
  }, milliseconds)
  const end = () => {
    clearTimeout(timer)
    request.off('close', end)
    socket.off('close', end)
  }
  request.once('close', end)
  // A request that was answered before its body came does not close with its connection.
  socket.once('close', end)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
