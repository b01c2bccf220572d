import type { Follower, LogEvent } from '../event-log.ts'

/** An object of its own for each `follow`: ending one twice must not end a later one. */
interface NotificationFeed {
  readonly follower: Follower
}

/** Who follows which channel of the memory log. */
export class Followers {
  readonly #channels = new Map<string, Set<NotificationFeed>>()

  has(channel: string): boolean {
    return this.#channels.has(channel)
  }

  add(channel: string, follower: Follower): () => void {
    const subscriptions = this.#channels.get(channel) ?? new Set()
    const subscription = { follower }
    this.#channels.set(channel, subscriptions.add(subscription))
    return () => {
      subscriptions.delete(subscription)
      if (subscriptions.size === 0 && this.#channels.get(channel) === subscriptions) {
        this.#channels.delete(channel)
      }
    }
  }

  /**
   * The followers are called in a microtask: one that appends in turn would otherwise show its event to
   * the others before the one it reacts to, and one that throws would make an accepted append reject.
   */
  tell(channel: string, epoch: string, events: readonly LogEvent[]): void {
    if (!this.#channels.has(channel)) return
    queueMicrotask(() => {
      for (const { follower } of this.#channels.get(channel) ?? []) follower.events(epoch, events)
    })
  }

  clear(): void {
    for (const subscriptions of this.#channels.values()) subscriptions.clear()
    this.#channels.clear()
  }
}
