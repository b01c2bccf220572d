import type { Gap } from '../../src/schema/system-events.ts'

/**
 * An observation of a publisher or subscriber: a publish and its outcome, or an event or gap that a subscriber
 * got. An unknown outcome has no entry of its own, after the method of Jepsen.
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

/** An entry with its time, in milliseconds of a monotonic clock. */
export type TimedEntry = Entry & { readonly at: number }

export class Recording {
  readonly entries: TimedEntry[] = []

  add(entry: Entry): void {
    this.entries.push({ ...entry, at: performance.now() })
  }
}
