import type { IncomingMessage } from 'node:http'
import { refuseConnection } from './protocol-errors.ts'

/**
 * Refuses a request whose body has not come in so many ms after its head. Own code: Node's limit counts from
 * the first byte of the head, so a slow head would shorten the time of the body.
 */
export function limitBodyTime(request: IncomingMessage, milliseconds: number): void {
  if (!hasBody(request)) return
  // Most bodies come along with the head, and need no timer: the next tick is after all bytes that have come.
  process.nextTick(startTimer, request, milliseconds)
}

function startTimer(request: IncomingMessage, milliseconds: number): void {
  if (request.complete) return
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
  // The request alone is not enough: one that was answered before its body came emits no `close` when its
  // connection closes.
  socket.once('close', end)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
