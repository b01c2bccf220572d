import type { ClientIdentity } from '../capacity/admission.ts'
import type { Refused, RefusalReason } from '../http/http-observer.ts'

/** So many refusals of one client, for one reason. */
export interface RefusalLine {
  readonly what: Refused
  readonly reason: RefusalReason
  readonly client: string
  readonly count: number
}

interface Entry extends Omit<RefusalLine, 'count'> {
  /** Those that are not told yet. */
  count: number
  timer?: NodeJS.Timeout
}

/** Ms between two lines about the same. */
const INTERVAL = 60_000
/** Entries at the same time. Clients beyond them are told together: each would be a line and an entry. */
export const MAX_ENTRIES = 1_000
const OTHERS = 'others'

/**
 * Bounds the log lines about refusals: one at once for the first that a client meets, then one a minute with
 * the count of those that came since. Who is sent away comes back, so with a line for each a service would
 * write the more the fuller it is.
 */
export class RefusalLines {
  readonly #tell: (line: RefusalLine) => void
  readonly #entries = new Map<string, Entry>()

  constructor(tell: (line: RefusalLine) => void) {
    this.#tell = tell
  }

  note(what: Refused, reason: RefusalReason, { principal, address }: ClientIdentity): void {
    const key = keyOf(what, reason, address, principal)
    const isKnown = this.#entries.has(key) || this.#entries.size < MAX_ENTRIES
    if (isKnown) this.#count(key, { what, reason, client: address })
    else this.#count(keyOf(what, reason, OTHERS), { what, reason, client: OTHERS })
  }

  /** Tells what is not told yet. */
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
    if (count > 0) this.#tell({ what, reason, client, count })
  }
}

/** No part holds a line break. */
function keyOf(...parts: readonly string[]): string {
  return parts.join('\n')
}
