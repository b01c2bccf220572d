import type { Socket } from 'node:net'
import { Deque } from '../../lib/deque.ts'

/**
 * Most bytes that a socket is given at once. Node reports a write only when the kernel has taken all of it,
 * so progress within a larger one would not be seen.
 */
export const PIECE_BYTES = 256 * 1024

const NOTHING = Buffer.alloc(0)

/** Buffers for a socket, written in pieces, each when the kernel has taken those before it. */
export class WriteQueue {
  readonly #socket: Socket
  readonly #onEmpty: () => void
  readonly #waiting = new Deque<Buffer>()
  /** Bytes of the first buffer that are written. */
  #offset = 0
  #waitingBytes = 0
  #isAwaiting = false

  /** `onEmpty` is called after `pump`, when the kernel has taken all bytes; never if the connection breaks. */
  constructor(socket: Socket, onEmpty: () => void) {
    this.#socket = socket
    this.#onEmpty = onEmpty
  }

  /** Bytes that the socket was not given yet. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  push(bytes: Buffer): void {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
  }

  /** Writes while the kernel takes bytes, and goes on by itself when it takes more. */
  pump(): void {
    while (this.#waitingBytes > 0 && this.#socket.writableLength === 0) this.#writePiece()
    if (this.#isAwaiting) return
    this.#isAwaiting = true
    // The callback of an empty write comes after all writes before it. The `drain` event would not do: it
    // is not emitted while the buffer is below Node's own mark.
    this.#socket.write(NOTHING, (error) => {
      this.#isAwaiting = false
      if (error) return
      if (this.#waitingBytes > 0) this.pump()
      else this.#onEmpty()
    })
  }

  /** Writes all the rest at once, for a socket that is about to end. */
  flush(): void {
    while (this.#waitingBytes > 0) this.#writePiece()
  }

  /** Writes as many whole buffers as fit into a piece, or a piece of one that does not fit. */
  #writePiece(): void {
    let room = PIECE_BYTES
    this.#socket.cork()
    do {
      const bytes = this.#waiting.at(0)!
      const piece = bytes.subarray(this.#offset, this.#offset + PIECE_BYTES)
      this.#offset += piece.length
      if (this.#offset === bytes.length) {
        this.#waiting.shift()
        this.#offset = 0
      }
      this.#waitingBytes -= piece.length
      room -= piece.length
      this.#socket.write(piece)
    } while (this.#waitingBytes > 0 && this.#waiting.at(0)!.length <= room)
    this.#socket.uncork()
  }
}
