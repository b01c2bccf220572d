import type { Socket } from 'node:net'
import type { StreamSink, SinkListener } from '../../hub/stream-sink.ts'
import { WriteQueue, PIECE_BYTES } from './write-queue.ts'
import { PeerProgress } from './peer-progress.ts'
import { findSendQueue } from './kernel-send-queue.ts'
import { enterState, type ConnectionState } from './connection-state.ts'
import { linger } from './lingering.ts'

/** Most bytes that a client may send on its stream, where no bytes are expected; more end the stream. */
const MAX_RECEIVED_BYTES = 4 * 1024

/** The state of a connection that belongs to one stream, and the sink of that stream. */
export class StreamSocket implements StreamSink, ConnectionState {
  readonly #socket: Socket
  readonly #findSendQueue: typeof findSendQueue
  /** The head of the response, in ASCII, until it is written. */
  #head: string
  #listener: SinkListener | undefined
  /** Present while there are more bytes than the socket is given at once. */
  #queue: WriteQueue | undefined
  /** Present while bytes are pending. */
  #progress: PeerProgress | undefined
  #isDrainAwaited = false
  #receivedBytes = 0
  #isEnded = false
  /** Why the peer is gone, where it left before anybody listened. */
  #goneCause: string | undefined

  /** The head is written together with the first blocks, in one system call, or by `sendHead`. */
  constructor(socket: Socket, head: string, find = findSendQueue) {
    this.#socket = socket
    this.#head = head
    this.#findSendQueue = find
    enterState(socket, this)
    socket.resume()
  }

  /** Whether the peer left before anybody listened. */
  get isGone(): boolean {
    return this.#goneCause !== undefined || this.#socket.destroyed
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
    if (this.#goneCause !== undefined) listener.onGone(this.#goneCause)
    else if (this.#socket.destroyed) this.#endGone('end')
  }

  get isHeadUnsent(): boolean {
    return this.#head !== ''
  }

  /** Writes the head, unless it is written already. */
  sendHead(): void {
    if (this.#isEnded || this.#head === '') return
    this.#socket.write(this.#head, 'latin1')
    this.#head = ''
  }

  write(blocks: Buffer): void {
    if (this.#isEnded) return
    const bytes = this.#behindHead(blocks)
    if (this.#queue === undefined && this.#socket.writableLength + bytes.length <= PIECE_BYTES) {
      this.#socket.write(bytes)
      return
    }
    const queue = this.#openQueue()
    queue.push(bytes)
    queue.pump()
  }

  writeText(text: string): void {
    if (this.#isEnded) return
    if (this.#queue !== undefined || this.#socket.writableLength > 0) {
      this.write(Buffer.from(text))
      return
    }
    this.#socket.write(this.#head + text)
    this.#head = ''
  }

  whenDrained(): void {
    if (this.#isEnded) return
    this.#isDrainAwaited = true
    this.#openQueue().pump()
  }

  end(blocks: Buffer): void {
    if (this.#isEnded) return
    const bytes = this.#behindHead(blocks)
    this.#queue?.flush()
    this.#release()
    linger(this.#socket, bytes)
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
    if (listener === undefined) this.#goneCause = 'noise'
    else listener.onGone('noise')
  }

  /** Ends the stream after its peer has ended the connection, or the connection broke. */
  #endGone(cause: string): void {
    if (this.#isEnded) return
    const listener = this.#listener
    this.#queue?.flush()
    this.#release()
    linger(this.#socket)
    if (listener === undefined) this.#goneCause = cause
    else listener.onGone(cause)
  }

  #behindHead(blocks: Buffer): Buffer {
    if (this.#head === '') return blocks
    const bytes = Buffer.allocUnsafe(this.#head.length + blocks.length)
    bytes.write(this.#head, 'latin1')
    blocks.copy(bytes, this.#head.length)
    this.#head = ''
    return bytes
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
