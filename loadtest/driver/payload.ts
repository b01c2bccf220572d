/**
 * The data of published events: `<run id>.<due>.<number>.` and filler up to the wanted size, or `<run id>.~<due>…` for
 * an untimed event. The filler follows from the stamp and the size, so that a reader recognises changed data without
 * the publisher's record.
 */

const RUN_ID_LENGTH = 4
const RUN_ID = /^[0-9a-z]{4}$/
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39

// 37 characters: a prime that does not divide 10, so that any changed digit of a stamp moves the filler.
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz_'

/** Bytes of the largest payload. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024

const PATTERN = ALPHABET.repeat(Math.ceil(MAX_PAYLOAD_BYTES / ALPHABET.length) + 1)

/**
 * Marks the time of an event that is due at no fixed time: it is published as soon as an earlier one is answered, so
 * its latency says little.
 */
export const UNTIMED = '~'

/** `due` in microseconds of the monotonic clock. The result is longer than `bytes` if they leave no room for the filler. */
export function writePayload(
  runId: string,
  due: number,
  number: number,
  bytes: number,
  mark: typeof UNTIMED | '' = '',
): string {
  const stamp = `${runId}.${mark}${Math.round(due)}.${number}.`
  const length = Math.max(stamp.length + 1, bytes)
  return stamp + fillerOf(Math.round(due), number, length, stamp.length)
}

/** Throws with a sentence for what `writePayload` cannot write. */
export function checkPayloadOptions(runId: string, bytes: number): void {
  if (!RUN_ID.test(runId)) {
    throw new Error(
      `expected a run id of 4 characters of 0-9 and a-z, got ${JSON.stringify(runId)}`,
    )
  }
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > MAX_PAYLOAD_BYTES) {
    throw new Error(`expected 1 to ${MAX_PAYLOAD_BYTES} bytes of data in an event, got ${bytes}`)
  }
}

/** Reads payloads one after the other into its own fields, since an object for each delivery would be garbage. */
export class PayloadReader {
  due = 0
  isUntimed = false
  number = 0
  readonly #prefix: string
  #at = 0

  constructor(runId: string) {
    this.#prefix = `${runId}.`
  }

  /**
   * `own`: `due`, `isUntimed` and `number` are those of the data. `damaged`: the data is of this run, and not as it was written.
   * `foreign`: anything else, such as an event of another run.
   */
  read(data: string): 'own' | 'damaged' | 'foreign' {
    if (!data.startsWith(this.#prefix)) return 'foreign'
    this.#at = RUN_ID_LENGTH + 1
    this.isUntimed = data.startsWith(UNTIMED, this.#at)
    if (this.isUntimed) this.#at += UNTIMED.length
    this.due = this.#readNumber(data)
    this.number = this.#readNumber(data)
    if (!Number.isSafeInteger(this.due) || !Number.isSafeInteger(this.number)) return 'damaged'
    if (this.number < 1 || data.length > MAX_PAYLOAD_BYTES || data.length === this.#at)
      return 'damaged'
    const filler = fillerOf(this.due, this.number, data.length, this.#at)
    return data.startsWith(filler, this.#at) ? 'own' : 'damaged'
  }

  /** Reads digits up to a dot; NaN if there is anything else, such as a zero before them: no filler shows that one. */
  #readNumber(data: string): number {
    let value = 0
    const start = this.#at
    if (data.charCodeAt(start) === ZERO) return Number.NaN
    for (let at = start; at < data.length; at++) {
      const code = data.charCodeAt(at)
      if (code === DOT && at > start) {
        this.#at = at + 1
        return value
      }
      if (code < ZERO || code > NINE) return Number.NaN
      value = value * 10 + code - ZERO
    }
    return Number.NaN
  }
}

/** The size counts too, so that data that was cut off is not taken for shorter data, but by 37 characters or 74 … */
function fillerOf(due: number, number: number, bytes: number, stampLength: number): string {
  const start = (due + number + bytes) % ALPHABET.length
  return PATTERN.slice(start, start + bytes - stampLength)
}
