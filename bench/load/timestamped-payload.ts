/**
 * Payloads that carry the time at which they were due, from which a reader computes the latency. Publisher and
 * reader share a process and its `performance.now()`.
 */

/** Marks a timestamp. The servers send this byte nowhere else: in no head, chunk length, id or JSON. */
const MARK = 0x7e
/** Microseconds since the process began, in decimal: enough for eleven days. */
const DIGITS = 12
const PAYLOAD_BYTES = 128

const FILLER = 'x'.repeat(PAYLOAD_BYTES - 1 - DIGITS)

/** `due` in ms of `performance.now()`. */
export function stampedPayload(due: number): string {
  return `~${String(Math.round(due * 1_000)).padStart(DIGITS, '0')}${FILLER}`
}

/** Finds stamps in the bytes of one connection, however they are cut into reads. */
export class StampScanner {
  #missingDigits = 0
  #stamp = 0

  /** Calls back with each stamp, in microseconds. */
  scan(bytes: Uint8Array, start: number, end: number, found: (stamp: number) => void): void {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0
      if (this.#missingDigits > 0) {
        this.#stamp = this.#stamp * 10 + byte - 0x30
        if (--this.#missingDigits === 0) found(this.#stamp)
      } else if (byte === MARK) {
        this.#missingDigits = DIGITS
        this.#stamp = 0
      }
    }
  }
}
