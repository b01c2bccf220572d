import type { Socket } from 'node:net'
import type { Reading } from './commands.ts'

export const AT_ONCE: Reading = { kind: 'at-once' }

/** Reads a socket no faster than so many bytes a second, on average. */
export class ReadingPace {
  readonly #socket: Socket
  readonly #bytesPerSecond: number
  /** When what was read so far is due, in ms of `performance.now`. */
  #due = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(socket: Socket, reading: Reading) {
    this.#socket = socket
    this.#bytesPerSecond = reading.kind === 'slow' ? reading.bytesPerSecond : 0
    if (reading.kind === 'never') socket.pause()
  }

  afterRead(bytes: number): void {
    if (this.#bytesPerSecond === 0) return
    const now = performance.now()
    this.#due = Math.max(this.#due, now) + (bytes / this.#bytesPerSecond) * 1_000
    this.#socket.pause()
    this.#timer = setTimeout(() => this.#socket.resume(), this.#due - now)
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
