import { FanOutGroup, type GroupContext, type Selection } from './fan-out-group.ts'
import type { TailRegistry } from './tail-registry.ts'

/** The groups of this process: one for each selection that has open streams. */
export class FanOutGroups {
  readonly #tails: TailRegistry
  readonly #context: GroupContext
  readonly #groups = new Map<string, FanOutGroup>()
  /** Those of each channel. Arrays, since a channel seldom has more than two. */
  readonly #byChannel = new Map<string, readonly FanOutGroup[]>()

  constructor(tails: TailRegistry, context: GroupContext) {
    this.#tails = tails
    this.#context = context
  }

  of(channel: string): readonly FanOutGroup[] {
    return this.#byChannel.get(channel) ?? []
  }

  /** Each channel with open streams, and their number. */
  *subscriptions(): IterableIterator<readonly [channel: string, streams: number]> {
    for (const [channel, groups] of this.#byChannel) {
      yield [channel, groups.reduce((sum, group) => sum + group.streams, 0)]
    }
  }

  /** The group of a stream that opens. Each call must be paired with one `release`. */
  acquire(selection: Selection): FanOutGroup {
    const key = keyOf(selection)
    let group = this.#groups.get(key)
    if (group === undefined) {
      const tails = this.#tails.acquire(selection.channels)
      group = new FanOutGroup(selection, tails, this.#context)
      this.#groups.set(key, group)
      for (const channel of selection.channels) {
        this.#byChannel.set(channel, [...this.of(channel), group])
      }
    }
    group.streams++
    return group
  }

  release(group: FanOutGroup): void {
    if (--group.streams > 0) return
    const { channels } = group.selection
    this.#groups.delete(keyOf(group.selection))
    for (const channel of channels) {
      const others = this.of(channel).filter((other) => other !== group)
      if (others.length > 0) this.#byChannel.set(channel, others)
      else this.#byChannel.delete(channel)
    }
    group.close()
    this.#tails.release(group.tails)
  }

  close(): void {
    for (const group of this.#groups.values()) group.close()
  }
}

function keyOf({ channels, envelope, framing }: Selection): string {
  return `${framing} ${envelope ? 'envelope' : 'plain'} ${channels.join(' ')}`
}
