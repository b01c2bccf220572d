import type { Socket } from 'node:net'

declare module 'node:net' {
  interface Socket {
    handler?: SocketHandler | undefined
  }
}

/** Handles the events of a socket: first for the HTTP server, later for a stream. */
export interface SocketHandler {
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: NodeJS.ErrnoException): void
  onClose(): void
  onDrain?(): void
  onTimeout?(): void
}

export function attachHandler(socket: Socket, handler: SocketHandler): void {
  socket.handler = handler
  socket.on('data', onData)
  socket.on('end', onEnd)
  socket.on('error', onError)
  socket.on('close', onClose)
  if (handler.onDrain !== undefined) socket.on('drain', onDrain)
  if (handler.onTimeout !== undefined) socket.on('timeout', onTimeout)
}

export function detachHandler(socket: Socket): void {
  socket.handler = undefined
  socket.off('data', onData)
  socket.off('end', onEnd)
  socket.off('error', onError)
  socket.off('close', onClose)
  socket.off('drain', onDrain)
  socket.off('timeout', onTimeout)
}

// One function for all sockets: closures for each would cost memory with every connection.
function onData(this: Socket, chunk: Buffer): void {
  this.handler?.onData(chunk)
}

function onEnd(this: Socket): void {
  this.handler?.onEnd()
}

function onError(this: Socket, error: Error): void {
  this.handler?.onError(error)
}

function onClose(this: Socket): void {
  this.handler?.onClose()
}

function onDrain(this: Socket): void {
  this.handler?.onDrain?.()
}

function onTimeout(this: Socket): void {
  this.handler?.onTimeout?.()
}
