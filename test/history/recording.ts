import type { Gap } from '../../src/schema/system-events.ts'

/**
 * What happened, in the order in which it was seen: every publish with its outcome, and all that
 * subscribers were told. Outcomes that nobody knows are recorded as such, after the method of Jepsen.
 */
export type Entry =
  | { readonly kind: 'published'; readonly data: string; readonly channel: string }
  | { readonly kind: 'accepted'; readonly data: string; readonly position: string }
  | { readonly kind: 'refused'; readonly data: string }
  | { readonly kind: 'opened'; readonly reader: string }
  | {
      readonly kind: 'received'
      readonly reader: string
      readonly id: string
      readonly data: string
    }
  | { readonly kind: 'gap'; readonly reader: string; readonly id: string; readonly gap: Gap }

/** An entry with the time at which it was recorded, in ms of a clock that never steps. */
export type Timed = Entry & { readonly at: number }

export class Recording {
  readonly entries: Timed[] = []

  add(entry: Entry): void {
    this.entries.push({ ...entry, at: performance.now() })
  }
}
