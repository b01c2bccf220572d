import type { Socket } from 'node:net'
import type { Outlet, OutletListener } from '../hub/outlet.ts'

declare module 'node:net' {
  interface Socket {
    /** The stream that owns this socket. */
    stream?: StreamSocket | undefined
  }
}

/** A stream's client has nothing to say; more than this, in bytes, ends the stream. */
const MAX_NOISE = 4 * 1024

/** How long a socket stays after the farewell, in ms: closed at once, unread bytes of the peer would
 * turn the close into a reset, and a reset can overtake the `retry:` that spreads the reconnects. */
const LINGER = 1_000

const NOTHING = Buffer.alloc(0)

/** The outlet of a stream on the socket that `Front` handed over. */
export class StreamSocket implements Outlet {
  readonly #socket: Socket
  #listener: OutletListener | undefined
  #noise = 0
  #isOver = false

  constructor(socket: Socket) {
    this.#socket = socket
    socket.stream = this
    socket.on('data', onData)
    socket.on('end', onEnd)
    socket.on('error', onError)
    socket.on('close', onClose)
    socket.resume()
  }

  get peer(): string {
    return `${this.#socket.remoteAddress}:${this.#socket.remotePort}`
  }

  get pendingBytes(): number {
    return this.#socket.writableLength
  }

  get sentBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  listen(listener: OutletListener): void {
    this.#listener = listener
    if (this.#socket.destroyed) this.gone('end')
  }

  write(bytes: Buffer): void {
    if (!this.#isOver) this.#socket.write(bytes)
  }

  whenDrained(): void {
    // Not the `drain` event, which stays away while the buffer is below Node's own mark: a write's
    // callback comes after all writes before it.
    this.#socket.write(NOTHING, () => this.#listener?.onDrained())
  }

  end(bytes: Buffer): void {
    if (this.#isOver) return
    this.#release()
    this.#socket.end(bytes)
    setTimeout(destroy, LINGER, this.#socket).unref()
  }

  destroy(): void {
    if (this.#isOver) return
    this.#release()
    this.#socket.destroy()
  }

  /** The peer has ended or the connection broke. */
  gone(cause: string): void {
    if (this.#isOver) return
    const listener = this.#listener
    this.#release()
    this.#socket.end()
    setTimeout(destroy, LINGER, this.#socket).unref()
    listener?.onGone(cause)
  }

  hear(chunk: Buffer): void {
    this.#noise += chunk.length
    if (this.#noise <= MAX_NOISE || this.#isOver) return
    const listener = this.#listener
    this.destroy()
    listener?.onGone('noise')
  }

  /** Nothing of the stream stays reachable from a socket that only lingers. */
  #release(): void {
    this.#isOver = true
    this.#listener = undefined
  }
}

function destroy(socket: Socket): void {
  socket.destroy()
}

// One function for all sockets instead of closures for each.
function onData(this: Socket, chunk: Buffer): void {
  this.stream?.hear(chunk)
}

function onEnd(this: Socket): void {
  this.stream?.gone('end')
}

function onError(this: Socket, error: NodeJS.ErrnoException): void {
  this.stream?.gone(error.code ?? error.message)
}

function onClose(this: Socket): void {
  this.stream?.gone('end')
}
