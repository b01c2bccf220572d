import { connect, type Socket } from 'node:net'
import type { Arrivals } from './arrivals.ts'
import { StampScanner } from './timestamped-payload.ts'

/**
 * All reads of all streams use this buffer, since each is scanned before the next. So reads allocate
 * nothing.
 */
const SHARED_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

const HEAD_END = '\r\n\r\n'

/** One subscriber. It reads bytes, not messages, so that the load costs less than what it measures. */
export class Stream {
  /** Events received. */
  received = 0
  /** Resolves once the head of a 200 is there. */
  readonly opened: Promise<void>
  readonly #arrivals: Arrivals
  readonly #scanner = new StampScanner()
  readonly #socket: Socket
  readonly #open: () => void
  /** The part of the head received so far; undefined once the head is complete. */
  #head: string | undefined = ''
  #now = 0

  constructor(port: number, path: string, arrivals: Arrivals) {
    this.#arrivals = arrivals
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.opened = promise
    this.#open = resolve
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      onread: {
        buffer: SHARED_BUFFER,
        callback: (length) => {
          this.#read(length)
          return true
        },
      },
    })
    const fail = (cause?: Error) => {
      const error = new Error('expected every stream to stay open, one ended', { cause })
      reject(error)
      arrivals.fail(error)
    }
    this.#socket.on('error', fail).on('close', () => {
      fail()
    })
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`,
    )
  }

  /** Closes the stream; resolves when it is closed. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#socket.removeAllListeners().on('error', () => undefined)
    this.#socket.on('close', () => {
      resolve()
    })
    this.#socket.destroy()
    await promise
  }

  #read(length: number): void {
    const start = this.#head === undefined ? 0 : this.#readHead(this.#head, length)
    this.#now = performance.now() * 1_000
    this.#scanner.scan(SHARED_BUFFER, start, length, this.#onStamp)
  }

  readonly #onStamp = (stamp: number): void => {
    this.received++
    this.#arrivals.add(stamp, this.#now)
  }

  /** Returns where the body begins in this read. */
  #readHead(before: string, length: number): number {
    const head = before + SHARED_BUFFER.toString('latin1', 0, length)
    const end = head.indexOf(HEAD_END)
    this.#head = end === -1 ? head : undefined
    if (end === -1) return length
    if (head.startsWith('HTTP/1.1 200 ')) this.#open()
    else this.#socket.destroy(new Error(`expected 200, got ${head.slice(9, 12)}`))
    return end + HEAD_END.length - before.length
  }
}
