import type { Socket } from 'node:net'

declare module 'node:net' {
  interface Socket {
    connectionState?: ConnectionState
  }
}

/**
 * The state of a connection, which handles the events of its socket. A connection is in one state at a time, and goes
 * only this way:
 *
 * - `FirstRequest`: no byte has come. Goes on to `StreamSocket` where the first bytes are a plain request for a stream,
 *   else to `DetachableSocket`.
 * - `DetachableSocket`: `node:http` parses requests, and Koa answers them. Goes on to `StreamSocket` for a stream.
 * - `StreamSocket`: the bytes are those of one stream, and nothing else can write.
 * - `LINGERING`: the last bytes are written. Ends with the socket.
 */
export interface ConnectionState {
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: NodeJS.ErrnoException): void
  onClose(): void
  onDrain?(): void
  onTimeout?(): void
}

/** Puts a connection into a state; the state before hears of nothing any more. */
export function enterState(socket: Socket, state: ConnectionState): void {
  const isNew = socket.connectionState === undefined
  socket.connectionState = state
  if (isNew) {
    socket.on('data', onData)
    socket.on('end', onEnd)
    socket.on('error', onError)
    socket.on('close', onClose)
  }
  // Only where they are waited for: listeners take time and memory with every stream.
  if (state.onDrain !== undefined) socket.on('drain', onDrain)
  if (state.onTimeout !== undefined) socket.on('timeout', onTimeout)
}

// One function for all sockets: closures for each would cost memory with every connection.
function onData(this: Socket, chunk: Buffer): void {
  this.connectionState!.onData(chunk)
}

function onEnd(this: Socket): void {
  this.connectionState!.onEnd()
}

function onError(this: Socket, error: Error): void {
  this.connectionState!.onError(error)
}

function onClose(this: Socket): void {
  this.connectionState!.onClose()
}

function onDrain(this: Socket): void {
  this.connectionState!.onDrain?.()
}

function onTimeout(this: Socket): void {
  this.connectionState!.onTimeout?.()
}
