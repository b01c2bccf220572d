import type { Socket } from 'node:net'
import { Deque } from '../../lib/deque.ts'

/**
 * Bytes handed to a socket together, at most. Of a write it only says that the kernel has taken all of
 * it: what happens within a larger one would not be seen.
 */
export const PIECE = 256 * 1024

const NOTHING = Buffer.alloc(0)

/** What a socket is to write, handed over in pieces, each when the kernel has taken those before it. */
export class WriteQueue {
  readonly #socket: Socket
  readonly #onTaken: () => void
  readonly #waiting = new Deque<Buffer>()
  /** How much of the first one is handed over. */
  #offset = 0
  #waitingBytes = 0
  #isAwaiting = false

  /** `onTaken` is called once `handOver` was and the kernel has taken everything, and never if it cannot. */
  constructor(socket: Socket, onTaken: () => void) {
    this.#socket = socket
    this.#onTaken = onTaken
  }

  /** Bytes that are not handed over yet. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  push(bytes: Buffer): void {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
  }

  /** Hands over what the kernel takes, and goes on by itself when it takes more. */
  handOver(): void {
    while (this.#waitingBytes > 0 && this.#socket.writableLength === 0) this.#writePiece()
    if (this.#isAwaiting) return
    this.#isAwaiting = true
    // Not the `drain` event, which stays away while the buffer is below Node's own mark: a write's
    // callback comes after all writes before it.
    this.#socket.write(NOTHING, (error) => {
      this.#isAwaiting = false
      if (error) return
      if (this.#waitingBytes > 0) this.handOver()
      else this.#onTaken()
    })
  }

  /** Hands over all the rest at once, for a socket that is to end. */
  flush(): void {
    while (this.#waitingBytes > 0) this.#writePiece()
  }

  /** As many whole buffers as fit into a piece, or a piece of one that does not. */
  #writePiece(): void {
    let room = PIECE
    this.#socket.cork()
    do {
      const bytes = this.#waiting.at(0)!
      const piece = bytes.subarray(this.#offset, this.#offset + PIECE)
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
