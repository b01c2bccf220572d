import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { formatRequest } from './raw-response.ts'

/** Time between two reads, in ms. */
const INTERVAL = 20

/**
 * A client that sends one request and then reads a fixed number of bytes a second from its kernel, in small
 * pieces. `fetch` reads ahead into buffers of its own.
 */
export class SteadyReader implements AsyncDisposable {
  /** May be changed at any time. `full`: all bytes that have come. */
  pace: 'steady' | 'full' | 'none' = 'steady'
  isEnded = false
  receivedBytes = 0
  readonly #socket: Socket
  readonly #pieces: Buffer[] = []
  readonly #timer: NodeJS.Timeout

  private constructor(url: string, bytesPerSecond: number) {
    const { hostname, port } = new URL(url)
    const buffer = Buffer.alloc(Math.ceil((bytesPerSecond * INTERVAL) / 1_000))
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      onread: {
        buffer,
        callback: (length) => {
          this.#pieces.push(Buffer.from(buffer.subarray(0, length)))
          this.receivedBytes += length
          return this.pace === 'full'
        },
      },
    })
    const end = () => {
      this.isEnded = true
    }
    this.#socket.on('end', end)
    this.#socket.on('error', end)
    this.#timer = setInterval(() => {
      if (this.pace !== 'none') this.#socket.resume()
    }, INTERVAL)
  }

  static async open(url: string, target: string, bytesPerSecond: number): Promise<SteadyReader> {
    const reader = new SteadyReader(url, bytesPerSecond)
    await once(reader.#socket, 'connect')
    reader.#socket.write(formatRequest(target))
    return reader
  }

  /** All bytes read so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  /** The last bytes as text, at least `length` of them. */
  tail(length: number): string {
    const first = this.#pieces.findLastIndex((piece) => (length -= piece.length) <= 0)
    return Buffer.concat(this.#pieces.slice(Math.max(first, 0))).toString('latin1')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    if (this.#socket.closed) return
    this.#socket.destroy()
    await once(this.#socket, 'close')
  }
}
