import type { Follower, LogEvent } from '../event-log.ts'

/** An object of its own for each `follow`: ending one twice must not end a later one. */
interface Following {
  readonly follower: Follower
}

/** The followers of the memory log, by channel. */
export class Followers {
  readonly #channels = new Map<string, Set<Following>>()

  has(channel: string): boolean {
    return this.#channels.has(channel)
  }

  add(channel: string, follower: Follower): () => void {
    const followings = this.#channels.get(channel) ?? new Set()
    const following = { follower }
    this.#channels.set(channel, followings.add(following))
    return () => {
      followings.delete(following)
      if (followings.size === 0 && this.#channels.get(channel) === followings) {
        this.#channels.delete(channel)
      }
    }
  }

  /**
   * Calls the followers in a microtask. Otherwise the event of a follower that appends in turn would reach
   * the others before the event that it reacts to, and one that throws would make an accepted append reject.
   */
  tell(channel: string, epoch: string, events: readonly LogEvent[]): void {
    if (!this.#channels.has(channel)) return
    queueMicrotask(() => {
      for (const { follower } of this.#channels.get(channel) ?? []) follower.events(epoch, events)
    })
  }

  clear(): void {
    for (const followings of this.#channels.values()) followings.clear()
    this.#channels.clear()
  }
}
