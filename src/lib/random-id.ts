import { randomInt } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** `length` random characters of `[0-9A-Za-z]`; eight of them hold 47 bits. */
export function randomId(length: number): string {
  let id = ''
  for (let index = 0; index < length; index++) id += ALPHABET[randomInt(ALPHABET.length)]
  return id
}
