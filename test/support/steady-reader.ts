import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { formatRequest } from './raw-response.ts'

/** How often it reads, in ms. */
const INTERVAL = 20

/** A client that asks once and then reads so many bytes a second, in small pieces. */
export class SteadyReader implements AsyncDisposable {
  readonly #socket: Socket
  readonly #timer: NodeJS.Timeout
  readonly #pieces: Buffer[] = []
  /** May be changed at any time; 0 to stop. */
  bytesPerSecond: number
  receivedBytes = 0
  isEnded = false

  private constructor(socket: Socket, bytesPerSecond: number) {
    this.#socket = socket
    this.bytesPerSecond = bytesPerSecond
    const end = () => {
      this.isEnded = true
    }
    socket.on('end', end)
    socket.on('error', end)
    // Something must listen, or nothing is read from the kernel; nothing is taken unless asked for.
    socket.on('readable', () => undefined)
    this.#timer = setInterval(() => {
      this.#read()
    }, INTERVAL)
  }

  static async open(url: string, target: string, bytesPerSecond: number): Promise<SteadyReader> {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port) })
    await once(socket, 'connect')
    socket.write(formatRequest(target))
    return new SteadyReader(socket, bytesPerSecond)
  }

  /** All that it has read. */
  get bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  /** The last of it as text, so many bytes at least. */
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

  #read(): void {
    const share = Math.floor((this.bytesPerSecond * INTERVAL) / 1_000)
    const size = Math.min(share, this.#socket.readableLength)
    // Of 0 bytes, too: else the end would not be told.
    const piece: unknown = this.#socket.read(size)
    if (!Buffer.isBuffer(piece)) return
    this.#pieces.push(piece)
    this.receivedBytes += piece.length
  }
}
