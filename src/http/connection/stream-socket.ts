import type { Socket } from 'node:net'
import type { StreamSink, SinkListener } from '../../hub/stream-sink.ts'
import { WriteQueue, PIECE } from './write-queue.ts'
import { PeerProgress } from './peer-progress.ts'
import { findSendQueue } from './kernel-send-queue.ts'

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

/** The sink of a stream on the socket that `DetachableSocket` handed over. */
export class StreamSocket implements StreamSink {
  readonly #socket: Socket
  readonly #findSendQueue: typeof findSendQueue
  #listener: SinkListener | undefined
  /** While more is to be written than goes out at once. */
  #backlog: WriteQueue | undefined
  /** While bytes are pending. */
  #progress: PeerProgress | undefined
  #isDrainAwaited = false
  #noise = 0
  #isOver = false

  constructor(socket: Socket, find = findSendQueue) {
    this.#socket = socket
    this.#findSendQueue = find
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
    const waiting = this.#backlog?.waitingBytes ?? 0
    return this.#socket.writableLength + waiting
  }

  isStalled(now: number, limit: number): boolean {
    if (this.pendingBytes === 0) {
      this.#progress = undefined
      return false
    }
    this.#progress ??= new PeerProgress(this.#socket, now, this.#findSendQueue)
    return this.#progress.isStalled(now, limit)
  }

  listen(listener: SinkListener): void {
    this.#listener = listener
    if (this.#socket.destroyed) this.gone('end')
  }

  write(bytes: Buffer): void {
    if (this.#isOver) return
    if (this.#backlog === undefined && this.#socket.writableLength + bytes.length <= PIECE) {
      this.#socket.write(bytes)
      return
    }
    const backlog = this.#openBacklog()
    backlog.push(bytes)
    backlog.handOver()
  }

  whenDrained(): void {
    if (this.#isOver) return
    this.#isDrainAwaited = true
    this.#openBacklog().handOver()
  }

  end(bytes: Buffer): void {
    if (this.#isOver) return
    this.#backlog?.flush()
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
    this.#backlog?.flush()
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

  #openBacklog(): WriteQueue {
    this.#backlog ??= new WriteQueue(this.#socket, () => {
      this.#backlog = undefined
      if (!this.#isDrainAwaited) return
      this.#isDrainAwaited = false
      this.#listener?.onDrained()
    })
    return this.#backlog
  }

  /** Nothing of the stream stays reachable from a socket that only lingers. */
  #release(): void {
    this.#isOver = true
    this.#listener = undefined
    this.#backlog = undefined
    this.#progress = undefined
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
