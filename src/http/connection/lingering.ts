import type { Socket } from 'node:net'
import { enterState, type ConnectionState } from './connection-state.ts'

/**
 * How long a socket stays open after its last bytes, in ms. If it closed at once, unread bytes of the peer would turn
 * the close into a reset, and a reset can overtake the last bytes: a refusal, or the `retry:` that staggers reconnects.
 */
export const LINGER = 1_000

/** The state after the last bytes. All connections share it, so that it takes no memory. */
const LINGERING: ConnectionState = {
  onData: () => {},
  onEnd: () => {},
  onError: () => {},
  onClose: () => {},
}

/**
 * Closes a connection for writing after what is written, drops all that still comes, and destroys it after `LINGER`.
 */
export function linger(socket: Socket, lastBytes?: Buffer): void {
  enterState(socket, LINGERING)
  if (lastBytes === undefined) socket.end()
  else socket.end(lastBytes)
  setTimeout(destroy, LINGER, socket).unref()
}

function destroy(socket: Socket): void {
  socket.destroy()
}
