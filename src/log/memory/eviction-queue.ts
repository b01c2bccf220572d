import TinyQueue from 'tinyqueue'
import type { ChannelHistory } from './channel-history.ts'

interface Due {
  readonly history: ChannelHistory
  /** Acceptance time of the oldest event when this was queued; it can only have grown since. */
  readonly at: number
}

/**
 * Channels by the age of their oldest event, so that the next event to evict is found without a walk over
 * all channels. Each channel with events is queued once; entries are corrected when they come up, which
 * keeps an append free of queue work.
 */
export class EvictionQueue {
  readonly #queue = new TinyQueue<Due>([], (a, b) => a.at - b.at)
  readonly #queued = new WeakSet<ChannelHistory>()

  /** To be called when a channel without events gets its first one. */
  add(history: ChannelHistory): void {
    if (this.#queued.has(history)) return
    this.#queued.add(history)
    this.#push(history)
  }

  /** The channel that holds the oldest event of all, or undefined if there are no events. */
  peek(): ChannelHistory | undefined {
    for (;;) {
      const due = this.#queue.peek()
      if (due === undefined) return undefined
      if (due.history.oldestEvent?.acceptedAt === due.at) return due.history
      this.#queue.pop()
      this.#push(due.history)
    }
  }

  #push(history: ChannelHistory): void {
    const oldest = history.oldestEvent
    if (oldest === undefined) this.#queued.delete(history)
    else this.#queue.push({ history, at: oldest.acceptedAt })
  }
}
