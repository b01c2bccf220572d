import type { Live } from '../lib/live-value.ts'
import { MAX_BATCH_LENGTH } from './encode-batch.ts'
import type { LiveEventBudget } from './live-event-budget.ts'
import type { RecentEventsLimits } from './recent-events.ts'

/** A group whose members are written to some time after its events have come, so that more events share a write. */
export interface CollectingGroup {
  /** Events that have come and are in no batch yet, in the channel that has most of them. */
  readonly waiting: number
  /** The events that have come are to be written. */
  flush(): void
}

export interface FlushSettings extends RecentEventsLimits {
  /** Ms; 0 flushes at once. */
  readonly flushInterval: number
}

/**
 * Events wait until they take this share of what keeps them, a channel's history or the memory for live events.
 * The rest is for events that come until the members are written to: an event that left before would be read
 * from the log by each member, or be a gap.
 */
const SHARE = 1 / 4
/** Events that fill a batch do not wait for more: those need a write of their own, and a socket that takes one batch
 * after the other could not take several at once. Two bytes for each UTF-16 unit. */
const BATCH_BYTES = 2 * MAX_BATCH_LENGTH

/** The events of a group that wait. */
interface Collected {
  bytes: number
  /** Bytes of live events that had come to this process before the first of them. */
  readonly addedBefore: number
}

/**
 * Flushes the groups that have events for their members. One timer serves all groups of a process: it starts with the
 * first event that has to wait, so that no event waits longer than the interval.
 */
export class FlushTimer {
  readonly #settings: Live<FlushSettings>
  readonly #live: LiveEventBudget
  /** In the order of their first events that wait. */
  readonly #collecting = new Map<CollectingGroup, Collected>()
  #timer: NodeJS.Timeout | undefined

  constructor(settings: Live<FlushSettings>, live: LiveEventBudget) {
    this.#settings = settings
    this.#live = live
  }

  /** The group has got so many bytes of events: it is flushed when the interval is over, or when too much waits. */
  add(group: CollectingGroup, bytes: number): void {
    const { flushInterval, historyEvents } = this.#settings()
    if (flushInterval === 0) {
      group.flush()
      return
    }
    const { added, limit } = this.#live
    const collected = this.#collecting.get(group) ?? { bytes: 0, addedBefore: added - bytes }
    collected.bytes += bytes
    this.#collecting.set(group, collected)
    const [oldest = collected] = this.#collecting.values()
    if (added - oldest.addedBefore >= SHARE * limit) this.#flushAll()
    else if (collected.bytes >= BATCH_BYTES || group.waiting >= SHARE * historyEvents) {
      this.hurry(group)
    } else {
      // Armed last: each event of a burst that waits for nothing would else set a timer and clear it.
      this.#timer ??= setTimeout(this.#flushAll, flushInterval).unref()
    }
  }

  /** Whether the group has events that wait for the interval. */
  isCollecting(group: CollectingGroup): boolean {
    return this.#collecting.has(group)
  }

  /** Flushes the group now, if it waits for that. */
  hurry(group: CollectingGroup): void {
    if (!this.#collecting.delete(group)) return
    if (this.#collecting.size === 0) this.#stop()
    group.flush()
  }

  close(): void {
    this.#stop()
    this.#collecting.clear()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  readonly #flushAll = (): void => {
    this.#stop()
    const due = [...this.#collecting.keys()]
    this.#collecting.clear()
    for (const group of due) group.flush()
  }
}
