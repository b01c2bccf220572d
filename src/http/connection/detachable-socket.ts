import { Duplex } from 'node:stream'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { WriteQueue, PIECE_BYTES } from './write-queue.ts'
import { PeerProgress, READINGS_PER_LIMIT } from './peer-progress.ts'
import { enterState, type ConnectionState } from './connection-state.ts'
import { LINGER } from './lingering.ts'

/** Bytes given to the parser at once where requests begin. A packet may hold thousands of pipelined requests,
 * each of which weighs kilobytes once it is parsed; the rest stays bytes while a request waits. */
const MAX_PARSED_BYTES = 512

/**
 * - `reading`: the bytes that come are parsed.
 * - `waiting`: a pipelined request waits for the response before it, and the bytes behind it stay as they are.
 * - `discarding`: the response under way is the last one, so the bytes that come are dropped.
 * - `detached`: a stream has the socket.
 */
type State = 'reading' | 'waiting' | 'discarding' | 'detached'

/**
 * The state of a connection whose requests `node:http` parses. It stands between `node:http` and a socket, so that a
 * stream can take the socket away after its request: the HTTP server then frees its parser, request, response and Koa's
 * context, which together weigh eight times what a stream needs. Any Duplex may stand in for a connection (Node's
 * documentation of the server's `connection` event), so this uses public interfaces only.
 *
 * Own code: no library does this, and it is on the path of every connection.
 */
export class DetachableSocket extends Duplex implements ConnectionState {
  /** The response to the newest request on this connection. */
  response: ServerResponse | undefined
  /** How long the peer may take nothing of what is written, in ms, before the connection is cut. */
  stallLimit = Number.POSITIVE_INFINITY
  readonly #raw: Socket
  #state: State = 'reading'
  /** Bytes that came behind the waiting request. */
  #unparsed: Buffer | undefined
  #afterDrain: (() => void) | undefined
  /** Present while the kernel has not taken all that was written. */
  #progress: PeerProgress | undefined

  constructor(raw: Socket) {
    super({ allowHalfOpen: true })
    this.#raw = raw
    // A client that cuts its connection must harm no other, and `node:http` listens no more after a CONNECT.
    this.on('error', ignore)
    enterState(raw, this)
  }

  /** Whether a request on this connection may be answered. None may behind the last one. */
  get takesRequests(): boolean {
    return this.#state === 'reading' || this.#state === 'waiting'
  }

  /**
   * Handles a request once the one before it is answered. Handled all at once, the answers to pipelined
   * requests would pile up for a client that reads none of them.
   */
  handleInOrder(
    request: IncomingMessage,
    response: ServerResponse,
    handle: (request: IncomingMessage, response: ServerResponse) => void,
  ): void {
    const before = this.response
    this.response = response
    if (before === undefined || before.closed) {
      this.setTimeout(0)
      handle(request, response)
      return
    }
    if (this.#state === 'reading') this.#state = 'waiting'
    this.#raw.pause()
    before.once('close', () => {
      if (this.destroyed) return
      this.setTimeout(0)
      handle(request, response)
      if (this.response === response) this.#resumeInput()
    })
  }

  /** Gives the socket away. Bytes that are not parsed yet are dropped, as are later writes of the HTTP server,
   * which may end its response as usual. */
  detach(): Socket {
    this.#state = 'detached'
    this.#raw.setTimeout(0)
    return this.#raw
  }

  /** Reads and drops all further input. Unread bytes would turn a close into a reset, and a reset can overtake
   * the response. */
  discardInput(): void {
    this.#state = 'discarding'
    this.#unparsed = undefined
    this.#raw.resume()
  }

  override _read(): void {
    if (this.#state !== 'waiting') this.#raw.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#writeRaw([chunk], done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    const buffers = chunks.map(({ chunk }) => chunk)
    this.#writeRaw(buffers, done)
  }

  override _final(done: (error?: Error) => void): void {
    if (this.#state === 'detached') {
      done()
      return
    }
    this.#raw.end(() => {
      done()
    })
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#state !== 'detached') this.#raw.destroy(error ?? undefined)
    done(error)
  }

  /**
   * Named as in `net.Socket`, since the HTTP server ends a connection with it. Discards input for a while: a
   * client may still be sending the body that was refused, and a reset would overtake the refusal.
   */
  destroySoon(): void {
    if (this.#state === 'detached') {
      // In the next tick: Node makes an error, with a stack trace, where it cannot report the last write before.
      process.nextTick(destroy, this)
      return
    }
    this.discardInput()
    this.end()
    setTimeout(destroy, LINGER, this).unref()
  }

  setTimeout(milliseconds: number, listener?: () => void): this {
    if (this.#state !== 'detached') this.#raw.setTimeout(milliseconds)
    if (listener !== undefined) this.once('timeout', listener)
    return this
  }

  setNoDelay(isOn?: boolean): this {
    this.#raw.setNoDelay(isOn)
    return this
  }

  setKeepAlive(isOn?: boolean, initialDelay?: number): this {
    this.#raw.setKeepAlive(isOn, initialDelay)
    return this
  }

  get remoteAddress(): string | undefined {
    return this.#raw.remoteAddress
  }

  get remotePort(): number | undefined {
    return this.#raw.remotePort
  }

  /** Observes from this moment on whether the peer takes bytes. */
  watchProgress(): PeerProgress {
    return new PeerProgress(this.#raw, performance.now())
  }

  onData(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0 && this.takesRequests;) {
      if (this.#state === 'waiting') {
        this.#unparsed = rest
        return
      }
      const isBody = this.response?.req.complete === false
      const piece = isBody ? rest : rest.subarray(0, MAX_PARSED_BYTES)
      rest = rest.subarray(piece.length)
      if (!this.push(piece)) this.#raw.pause()
    }
  }

  onEnd(): void {
    this.push(null)
  }

  onError(error: Error): void {
    this.destroy(error)
  }

  onClose(): void {
    this.destroy()
  }

  onTimeout(): void {
    if (this.#progress === undefined) this.emit('timeout')
    else if (this.#progress.isStalled(performance.now(), this.stallLimit)) this.destroy()
    else this.#awaitProgress()
  }

  onDrain(): void {
    const done = this.#afterDrain
    this.#afterDrain = undefined
    done?.()
  }

  /** Parses the bytes behind the request that has waited, up to the next that has to. */
  #resumeInput(): void {
    const rest = this.#unparsed
    this.#unparsed = undefined
    if (this.#state === 'waiting') this.#state = 'reading'
    this.#raw.resume()
    if (rest !== undefined) this.onData(rest)
  }

  #writeRaw(chunks: readonly Buffer[], done: () => void): void {
    if (this.#state === 'detached') {
      done()
      return
    }
    if (this.writableLength > PIECE_BYTES) {
      const queue = new WriteQueue(this.#raw, this.#limitStall(done))
      for (const chunk of chunks) queue.push(chunk)
      queue.pump()
      return
    }
    let hasRoom = true
    this.#raw.cork()
    for (const chunk of chunks) hasRoom = this.#raw.write(chunk)
    this.#raw.uncork()
    if (hasRoom) done()
    else this.#afterDrain = this.#limitStall(done)
  }

  /** Watches the peer until the function that this returns is called, which calls `done`. */
  #limitStall(done: () => void): () => void {
    if (this.stallLimit === Number.POSITIVE_INFINITY) return done
    this.#progress = this.watchProgress()
    this.#awaitProgress()
    return () => {
      this.#progress = undefined
      this.setTimeout(0)
      done()
    }
  }

  /** `onTimeout` is called when the socket was idle for that long. */
  #awaitProgress(): void {
    this.setTimeout(this.stallLimit / READINGS_PER_LIMIT)
  }
}

function ignore(): void {}

function destroy(socket: DetachableSocket): void {
  socket.destroy()
}
