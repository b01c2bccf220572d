import { FanOutGroup, type GroupContext, type Selection } from './fan-out-group.ts'
import type { TailRegistry } from './tail-registry.ts'

/** The groups of this process: one for each selection that has open streams. */
export class FanOutGroups {
  readonly #tails: TailRegistry
  readonly #context: GroupContext
  readonly #groups = new Map<string, FanOutGroup>()
  constructor(tails: TailRegistry, context: GroupContext) {
    this.#tails = tails
    this.#context = context
  }

  of(channel: string): readonly FanOutGroup[] {
    return [...this.#tails.usersOf(channel)].filter((user) => user instanceof FanOutGroup)
  }

  /** Each channel with open streams, and their number. */
  *subscriptions(): IterableIterator<readonly [channel: string, streams: number]> {
    for (const channel of this.#tails.channels()) {
      const streams = this.of(channel).reduce((sum, group) => sum + group.streams, 0)
      if (streams > 0) yield [channel, streams]
    }
  }

  /** The group of a stream that opens. Each call must be paired with one `release`. */
  acquire(selection: Selection): FanOutGroup {
    const key = keyOf(selection)
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = this.#tails.acquire(
        selection.channels,
        (tails) => new FanOutGroup(selection, tails, this.#context),
      )
      this.#groups.set(key, group)
    }
    group.streams++
    return group
  }

  release(group: FanOutGroup): void {
    if (--group.streams > 0) return
    this.#groups.delete(keyOf(group.selection))
    group.close()
    this.#tails.release(group)
  }

  close(): void {
    for (const group of this.#groups.values()) group.close()
  }
}

function keyOf({ channels, envelope, framing }: Selection): string {
  const names = channels.length === 1 ? channels[0]! : channels.join(' ')
  return `${framing} ${envelope ? 'envelope' : 'plain'} ${names}`
}
