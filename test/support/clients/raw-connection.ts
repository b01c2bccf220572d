import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { ConditionVariable } from '../condition-variable.ts'

/** One connection on which a test sends any bytes and gets all answers undecoded. */
export class RawConnection implements AsyncDisposable {
  readonly #socket: Socket
  readonly #chunks: Buffer[] = []
  readonly #changes = new ConditionVariable()
  #isEnded = false

  private constructor(socket: Socket) {
    this.#socket = socket
    const end = () => {
      this.#isEnded = true
      this.#changes.report()
    }
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#changes.report()
    })
    socket.on('end', end)
    socket.on('error', end)
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url)
    const socket = connect({
      port: Number(port),
      host: hostname.replace(/^\[|\]$/g, ''),
      // The client still reads after it has ended its side.
      allowHalfOpen: true,
    })
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  /** All bytes so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  /** All bytes so far as text. */
  get text(): string {
    return this.bytes.toString()
  }

  /** Bytes that the kernel has not taken yet. */
  get unsentBytes(): number {
    return this.#socket.writableLength
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(bytes)
  }

  /** Ends the client's side; the answers still come. */
  end(): void {
    this.#socket.end()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Waits until the text so far matches, and returns it. */
  async until(pattern: RegExp | string): Promise<string> {
    const ask = () => {
      const { text } = this
      const matches = typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)
      return matches ? text : undefined
    }
    return this.#changes.until(ask, () => `expected ${String(pattern)}, got ${this.#describe()}`)
  }

  /** Waits until the server ends the connection, and returns all text. */
  async untilEnd(): Promise<string> {
    const ask = () => (this.#isEnded ? this.text : undefined)
    return this.#changes.until(ask, () => `expected the end, got ${this.#describe()} so far`)
  }

  /** Cuts the connection. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.closed) return
    this.#socket.destroy()
    await once(this.#socket, 'close')
  }

  #describe(): string {
    return JSON.stringify(this.text.slice(-2_000))
  }
}
