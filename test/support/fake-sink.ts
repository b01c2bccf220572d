import type { Framing } from '../../src/hub/frame.ts'
import type { StreamSink, SinkListener } from '../../src/hub/stream-sink.ts'

interface Written {
  readonly bytes: Buffer
  readonly body: Buffer
}

/**
 * A sink that simulates the kernel: it takes bytes at once, or, while it is stuck, when the test calls `drain`.
 * It checks that each write is one whole chunk, and passes on the bodies.
 */
export class FakeSink implements StreamSink {
  readonly peer: string
  /** Every accepted buffer, as it was written. */
  readonly writes: Buffer[] = []
  pendingBytes = 0
  /** How the hub ended it; undefined while it is open. */
  ending: 'ended' | 'destroyed' | undefined
  isStuck = false
  readonly #framing: Framing
  readonly #onBody: (body: Buffer) => void
  readonly #waiting: Written[] = []
  #listener: SinkListener | undefined
  #isDrainWanted = false
  /** The time since which none of the pending bytes was taken; undefined if not stalled. */
  #stuckSince: number | undefined

  constructor(framing: Framing, onBody: (body: Buffer) => void = () => undefined, peer = '') {
    this.#framing = framing
    this.#onBody = onBody
    this.peer = peer
  }

  isStalled(now: number, limit: number): boolean {
    if (this.pendingBytes === 0) return false
    this.#stuckSince ??= now
    return now - this.#stuckSince >= limit
  }

  listen(listener: SinkListener): void {
    this.#listener = listener
  }

  write(bytes: Buffer): void {
    if (this.ending === undefined) this.#accept(bytes, unframe(bytes, this.#framing))
  }

  writeText(text: string): void {
    this.write(Buffer.from(text))
  }

  whenDrained(): void {
    this.#isDrainWanted = true
    if (this.pendingBytes === 0) this.#tellDrained()
  }

  end(bytes: Buffer): void {
    if (this.ending !== undefined) return
    this.#accept(bytes, unframe(bytes, this.#framing, LAST_CHUNK))
    this.ending = 'ended'
  }

  destroy(): void {
    this.ending ??= 'destroyed'
    this.#waiting.length = 0
  }

  get isOpen(): boolean {
    return this.#listener !== undefined && this.ending === undefined
  }

  /** Writes that the kernel has not taken yet. */
  get waitingWrites(): number {
    return this.#waiting.length
  }

  /** Takes so many writes, by default all, whether the sink is stuck or not. */
  drain(writes = Number.POSITIVE_INFINITY): void {
    for (const { bytes, body } of this.#waiting.splice(0, writes)) {
      this.pendingBytes -= bytes.length
      this.#stuckSince = undefined
      this.#onBody(body)
    }
    if (this.pendingBytes === 0 && this.#isDrainWanted) this.#tellDrained()
  }

  /** Breaks the connection after so many more bytes of the body have arrived. */
  break(bytes: number, cause = 'reset'): void {
    const rest = Buffer.concat(this.#waiting.splice(0).map(({ body }) => body))
    this.#onBody(rest.subarray(0, bytes))
    this.ending ??= 'destroyed'
    const listener = this.#listener
    this.#listener = undefined
    listener?.onGone(cause)
  }

  #accept(bytes: Buffer, body: Buffer): void {
    this.writes.push(bytes)
    this.#waiting.push({ bytes, body })
    this.pendingBytes += bytes.length
    if (!this.isStuck) this.drain()
  }

  /** Asynchronous, as the callbacks of a socket are. */
  #tellDrained(): void {
    this.#isDrainWanted = false
    queueMicrotask(() => this.#listener?.onDrained())
  }
}

const LAST_CHUNK = '0\r\n\r\n'

/** The body of exactly one chunk, which `rest` must follow. */
export function unframe(bytes: Buffer, framing: Framing, rest = ''): Buffer {
  if (framing === 'raw') return bytes
  const headEnd = bytes.indexOf('\r\n')
  const length = Number.parseInt(bytes.toString('latin1', 0, headEnd), 16)
  const body = bytes.subarray(headEnd + 2, headEnd + 2 + length)
  const wire = Buffer.concat([
    Buffer.from(`${length.toString(16)}\r\n`),
    body,
    CRLF,
    Buffer.from(rest),
  ])
  if (length > 0 && wire.equals(bytes)) return body
  throw new Error(`expected one chunk, got ${JSON.stringify(bytes.toString())}`)
}

const CRLF = Buffer.from('\r\n')
