import type { ReasonedCount, Reasons } from './tally.ts'

/** Kinds of reasons that are told apart for one count: a server that makes up new ones must not fill the memory. */
const MAX_KINDS = 10
const MAX_LENGTH = 200

const OTHER = 'other reasons'

/** How often each reason came, by the count that it explains. */
export class ReasonCounts {
  readonly #kinds = new Map<ReasonedCount, Map<string, number>>()

  add(name: ReasonedCount, reason: string, times = 1): void {
    const kinds = this.#kinds.get(name) ?? new Map<string, number>()
    this.#kinds.set(name, kinds)
    const text = kindOf(reason)
    const kind = kinds.has(text) || kinds.size < MAX_KINDS ? text : OTHER
    kinds.set(kind, (kinds.get(kind) ?? 0) + times)
  }

  addAll(reasons: Reasons): void {
    for (const [name, kinds] of Object.entries(reasons)) {
      for (const [reason, times] of Object.entries(kinds)) {
        this.add(name as ReasonedCount, reason, times)
      }
    }
  }

  encode(): Reasons {
    return Object.fromEntries(
      Array.from(this.#kinds, ([name, kinds]) => [name, Object.fromEntries(kinds)]),
    )
  }

  reset(): void {
    this.#kinds.clear()
  }
}

/** Node names the local address of a connection, which would make each failure a kind of its own. */
function kindOf(reason: string): string {
  return reason.replace(/ - Local \(.*\)$/, '').slice(0, MAX_LENGTH) || 'no reason given'
}
