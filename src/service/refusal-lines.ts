import type { ClientIdentity } from '../capacity/admission.ts'
import type { Refused, RefusalReason } from '../http/http-observer.ts'

/** The fields of a log line: `count` refusals of one client, for one reason. */
export interface RefusalLine {
  readonly what: Refused
  readonly reason: RefusalReason
  readonly client: string
  readonly count: number
}

interface Entry extends Omit<RefusalLine, 'count'> {
  /** Refusals that are not written yet. */
  count: number
  timer?: NodeJS.Timeout
}

/** Time between two lines of one entry, in ms. */
const INTERVAL = 60_000
/** Bounds memory and the number of lines: clients beyond it share an entry. */
export const MAX_ENTRIES = 1_000
const OTHERS = 'others'

/**
 * Bounds the log lines about refusals: a client's first refusal is written at once, the following ones once
 * a minute with their count. Refused clients retry, so that one line for each refusal would load a service
 * most when it is full.
 */
export class RefusalLines {
  readonly #write: (line: RefusalLine) => void
  readonly #entries = new Map<string, Entry>()

  constructor(write: (line: RefusalLine) => void) {
    this.#write = write
  }

  note(what: Refused, reason: RefusalReason, { principal, address }: ClientIdentity): void {
    const key = keyOf(what, reason, address, principal)
    const isKnown = this.#entries.has(key) || this.#entries.size < MAX_ENTRIES
    if (isKnown) this.#count(key, { what, reason, client: address })
    else this.#count(keyOf(what, reason, OTHERS), { what, reason, client: OTHERS })
  }

  /** Writes the refusals that are not written yet. */
  close(): void {
    for (const entry of this.#entries.values()) {
      clearInterval(entry.timer)
      this.#flush(entry)
    }
    this.#entries.clear()
  }

  #count(key: string, fields: Omit<RefusalLine, 'count'>): void {
    const known = this.#entries.get(key)
    if (known !== undefined) {
      known.count++
      return
    }
    const entry: Entry = { ...fields, count: 1 }
    this.#entries.set(key, entry)
    this.#flush(entry)
    entry.timer = setInterval(() => {
      if (entry.count > 0) return this.#flush(entry)
      clearInterval(entry.timer)
      this.#entries.delete(key)
    }, INTERVAL).unref()
  }

  #flush(entry: Entry): void {
    const { what, reason, client, count } = entry
    entry.count = 0
    if (count > 0) this.#write({ what, reason, client, count })
  }
}

/** Joins by a line break, which no part contains. */
function keyOf(...parts: readonly string[]): string {
  return parts.join('\n')
}
