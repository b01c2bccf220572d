import type { Socket } from 'node:net'
import type { StreamSink, SinkListener } from '../../hub/stream-sink.ts'
import { WriteQueue, PIECE_BYTES } from './write-queue.ts'
import { PeerProgress } from './peer-progress.ts'
import { findSendQueue } from './kernel-send-queue.ts'
import { attachHandler, type SocketHandler } from './socket-handler.ts'

/** Most bytes that a client may send on its stream, where no bytes are expected; more end the stream. */
const MAX_RECEIVED_BYTES = 4 * 1024

/** How long a socket stays open after the last block, in ms. If it closed at once, unread bytes of the peer
 * would turn the close into a reset, and a reset can overtake the `retry:` that staggers the reconnects. */
const LINGER = 1_000

/** The sink of a stream, on a socket that was detached from the HTTP server. */
export class StreamSocket implements StreamSink, SocketHandler {
  readonly #socket: Socket
  readonly #findSendQueue: typeof findSendQueue
  #listener: SinkListener | undefined
  /** Present while there are more bytes than the socket is given at once. */
  #queue: WriteQueue | undefined
  /** Present while bytes are pending. */
  #progress: PeerProgress | undefined
  #isDrainAwaited = false
  #receivedBytes = 0
  #isEnded = false

  constructor(socket: Socket, find = findSendQueue) {
    this.#socket = socket
    this.#findSendQueue = find
    attachHandler(socket, this)
    socket.resume()
  }

  get peer(): string {
    return `${this.#socket.remoteAddress}:${this.#socket.remotePort}`
  }

  get pendingBytes(): number {
    const waiting = this.#queue?.waitingBytes ?? 0
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
    if (this.#socket.destroyed) this.#endGone('end')
  }

  write(bytes: Buffer): void {
    if (this.#isEnded) return
    if (this.#queue === undefined && this.#socket.writableLength + bytes.length <= PIECE_BYTES) {
      this.#socket.write(bytes)
      return
    }
    const queue = this.#openQueue()
    queue.push(bytes)
    queue.pump()
  }

  whenDrained(): void {
    if (this.#isEnded) return
    this.#isDrainAwaited = true
    this.#openQueue().pump()
  }

  end(bytes: Buffer): void {
    if (this.#isEnded) return
    this.#queue?.flush()
    this.#release()
    this.#socket.end(bytes)
    setTimeout(destroy, LINGER, this.#socket).unref()
  }

  destroy(): void {
    if (this.#isEnded) return
    this.#release()
    this.#socket.destroy()
  }

  onEnd(): void {
    this.#endGone('end')
  }

  onError(error: NodeJS.ErrnoException): void {
    this.#endGone(error.code ?? error.message)
  }

  onClose(): void {
    this.#endGone('end')
  }

  onData(chunk: Buffer): void {
    this.#receivedBytes += chunk.length
    if (this.#receivedBytes <= MAX_RECEIVED_BYTES || this.#isEnded) return
    const listener = this.#listener
    this.destroy()
    listener?.onGone('noise')
  }

  /** Ends the stream after its peer has ended the connection, or the connection broke. */
  #endGone(cause: string): void {
    if (this.#isEnded) return
    const listener = this.#listener
    this.#queue?.flush()
    this.#release()
    this.#socket.end()
    setTimeout(destroy, LINGER, this.#socket).unref()
    listener?.onGone(cause)
  }

  #openQueue(): WriteQueue {
    this.#queue ??= new WriteQueue(this.#socket, () => {
      this.#queue = undefined
      if (!this.#isDrainAwaited) return
      this.#isDrainAwaited = false
      this.#listener?.onDrained()
    })
    return this.#queue
  }

  /** Frees the stream's memory while its socket lingers. */
  #release(): void {
    this.#isEnded = true
    this.#listener = undefined
    this.#queue = undefined
    this.#progress = undefined
  }
}

function destroy(socket: Socket): void {
  socket.destroy()
}
