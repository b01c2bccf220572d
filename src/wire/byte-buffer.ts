const SMALLEST_BYTES = 256
const NO_BYTES = new Uint8Array(0)

/** Largest block that a cleared buffer keeps for its next use: that of a large event is freed. */
const KEPT_BYTES = 64 * 1024

/**
 * Collects bytes that arrive in pieces, in one flat block that doubles. Appending takes linear time however
 * small the pieces are, costs no memory per piece, and keeps no chunk alive that a piece came from.
 */
export class ByteBuffer {
  #bytes = NO_BYTES
  #length = 0

  get length(): number {
    return this.#length
  }

  append(source: Uint8Array, start: number, end: number): void {
    this.#reserve(this.#length + end - start)
    this.#bytes.set(source.subarray(start, end), this.#length)
    this.#length += end - start
  }

  appendByte(byte: number): void {
    this.#reserve(this.#length + 1)
    this.#bytes[this.#length++] = byte
  }

  /** A view that the next `append` or `clear` may overwrite. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = NO_BYTES
  }

  #reserve(needed: number): void {
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2, SMALLEST_BYTES))
    larger.set(this.view())
    this.#bytes = larger
  }
}
