import { randomFillSync } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Drawn together, since each call costs more than the bytes. */
const drawn = new Uint8Array(4096)
let used = drawn.length

/** `length` random characters of `[0-9A-Za-z]`; eight of them hold 47 bits. */
export function randomId(length: number): string {
  let id = ''
  while (id.length < length) {
    if (used === drawn.length) {
      randomFillSync(drawn)
      used = 0
    }
    // Six bits; the two values beyond the alphabet are drawn again, so that all characters are equally likely.
    id += ALPHABET[drawn[used++]! & 63] ?? ''
  }
  return id
}
