import { Duplex } from 'node:stream'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { WriteQueue, PIECE } from './write-queue.ts'
import { PeerProgress } from './peer-progress.ts'

declare module 'node:net' {
  interface Socket {
    /** The front that stands before this socket, until a stream takes it over. */
    front?: DetachableSocket | undefined
  }
}

/** How long a connection is read on after the last answer, in ms, unless the peer closes it before. */
const LINGER = 1_000

/** Bytes that are parsed at once where requests begin: the rest is not, if one of those has to wait. A packet
 * may hold thousands of requests, and each weighs kilobytes once it is parsed. */
const MAX_PARSED = 512

/**
 * What `node:http` sees instead of the socket. It lets a stream take the socket away after the response
 * head: the HTTP server then frees its parser, request, response and Koa's context, which together
 * weigh eight times what a stream needs. Any Duplex may stand in for a connection (Node's documentation
 * of the server's `connection` event), so this uses public interfaces only.
 *
 * Own code: no library does this, and it is on the path of every connection.
 */
export class DetachableSocket extends Duplex {
  /** A stream request was seen: what follows on this connection is not parsed into requests. */
  isClaimed = false
  /** To the newest request on this connection. */
  response: ServerResponse | undefined
  readonly #raw: Socket
  #isDetached = false
  #isDeaf = false
  #isHeld = false
  /** What came behind a request that has to wait. */
  #unparsed: Buffer | undefined
  #afterDrain: (() => void) | undefined

  constructor(raw: Socket) {
    super({ allowHalfOpen: true })
    this.#raw = raw
    raw.front = this
    raw.on('data', onData)
    raw.on('end', onEnd)
    raw.on('drain', onDrain)
    raw.on('timeout', onTimeout)
    raw.on('error', onError)
    raw.on('close', onClose)
  }

  /**
   * Begins a request once the one before it is answered: pipelined requests would else be worked on all
   * at once, and their answers would pile up for a client that reads none of them.
   */
  admit(
    request: IncomingMessage,
    response: ServerResponse,
    begin: (request: IncomingMessage, response: ServerResponse) => void,
  ): void {
    const before = this.response
    this.response = response
    if (before === undefined || before.closed) {
      this.setTimeout(0)
      begin(request, response)
      return
    }
    this.#isHeld = true
    this.#raw.pause()
    before.once('close', () => {
      if (this.destroyed) return
      this.setTimeout(0)
      begin(request, response)
      if (this.response === response) this.#readOn()
    })
  }

  /** Hands the socket over. Bytes not parsed yet are dropped, and so is what the HTTP server still writes:
   * it may end its response as usual. */
  detach(): Socket {
    const raw = this.#raw
    this.#isDetached = true
    raw.front = undefined
    raw.off('data', onData)
    raw.off('end', onEnd)
    raw.off('drain', onDrain)
    raw.off('timeout', onTimeout)
    raw.off('error', onError)
    raw.off('close', onClose)
    raw.setTimeout(0)
    return raw
  }

  /** Ignores what the peer sends from now on, but keeps reading: unread bytes turn a close into a
   * reset, which can overtake the response. */
  turnDeaf(): void {
    this.#isDeaf = true
    this.#raw.resume()
  }

  override _read(): void {
    if (!this.#isHeld) this.#raw.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#handOver([chunk], done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    const buffers = chunks.map(({ chunk }) => chunk)
    this.#handOver(buffers, done)
  }

  override _final(done: (error?: Error) => void): void {
    if (this.#isDetached) {
      done()
      return
    }
    this.#raw.end(() => {
      done()
    })
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isDetached) this.#raw.destroy(error ?? undefined)
    done(error)
  }

  /**
   * As `net.Socket` has it: the HTTP server ends a connection so. Here it also reads on for a while: who
   * sends a body that is refused may still be at it, and the reset would overtake the refusal.
   */
  destroySoon(): void {
    if (this.#isDetached) {
      this.destroy()
      return
    }
    this.turnDeaf()
    this.end()
    setTimeout(destroy, LINGER, this).unref()
  }

  setTimeout(milliseconds: number, listener?: () => void): this {
    if (!this.#isDetached) this.#raw.setTimeout(milliseconds)
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

  /** What the peer takes from now on. */
  watchProgress(): PeerProgress {
    return new PeerProgress(this.#raw, performance.now())
  }

  receive(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0 && !this.#isDeaf;) {
      if (this.#isHeld) {
        this.#unparsed = rest
        return
      }
      const isBody = this.response?.req.complete === false
      const piece = isBody ? rest : rest.subarray(0, MAX_PARSED)
      rest = rest.subarray(piece.length)
      if (!this.push(piece)) this.#raw.pause()
    }
  }

  receiveEnd(): void {
    this.push(null)
  }

  drained(): void {
    const done = this.#afterDrain
    this.#afterDrain = undefined
    done?.()
  }

  /** Goes on where a request had to wait, up to the next that has to. */
  #readOn(): void {
    const rest = this.#unparsed
    this.#unparsed = undefined
    this.#isHeld = false
    if (rest !== undefined) this.receive(rest)
    if (!this.#isHeld) this.#raw.resume()
  }

  #handOver(chunks: readonly Buffer[], done: () => void): void {
    if (this.#isDetached) {
      done()
      return
    }
    if (this.writableLength > PIECE) {
      const backlog = new WriteQueue(this.#raw, done)
      for (const chunk of chunks) backlog.push(chunk)
      backlog.handOver()
      return
    }
    let hasRoom = true
    this.#raw.cork()
    for (const chunk of chunks) hasRoom = this.#raw.write(chunk)
    this.#raw.uncork()
    if (hasRoom) done()
    else this.#afterDrain = done
  }
}

function destroy(front: DetachableSocket): void {
  front.destroy()
}

// One function for all sockets instead of closures for each.
function onData(this: Socket, chunk: Buffer): void {
  this.front?.receive(chunk)
}

function onEnd(this: Socket): void {
  this.front?.receiveEnd()
}

function onDrain(this: Socket): void {
  this.front?.drained()
}

function onTimeout(this: Socket): void {
  this.front?.emit('timeout')
}

function onError(this: Socket, error: Error): void {
  this.front?.destroy(error)
}

function onClose(this: Socket): void {
  this.front?.destroy()
}
