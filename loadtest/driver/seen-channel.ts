import type { ChannelContent } from './channel-content.ts'
import type { Newcomer, SeenChannel, SeenEpoch } from './commands.ts'
import { furthestBack } from './newcomers.ts'
import type { UnplacedEvent } from './published-events.ts'
import type { ReceivedChannel } from './received-channel.ts'

/** Whoever stood at a position, got an event there, or was told that it is missing, knows that the log had it. */
export function seeChannel(
  { channel, content, subscribers }: ReceivedChannel,
  unplaced: readonly UnplacedEvent[],
): SeenChannel {
  const log = new SeenLog()
  for (const [epoch, { bounds }] of content.epochs) {
    if (bounds !== undefined) log.extend(epoch, bounds.first, bounds.last)
  }
  for (const { received, presence } of subscribers) {
    const { position, stretches, gaps } = received
    if (position !== undefined) log.stood(position.epoch, position.offset)
    for (const { epoch, after, continues, received: ranges } of stretches) {
      if (continues === undefined) log.stood(epoch, after)
      else log.epoch(epoch).continues.add(continues)
      for (const { from, to } of ranges) log.extend(epoch, from, to)
      const oldest = ranges[0]?.from
      if (oldest !== undefined && presence.askedAt !== undefined) {
        log.epoch(epoch).newcomers.push({ askedAt: presence.askedAt, oldest })
      }
    }
    for (const { reason, from, to } of gaps) {
      if (to !== null) {
        log.extend(to.epoch, from?.epoch === to.epoch ? from.offset : to.offset, to.offset)
      }
      // What was trimmed was in the log.
      if (reason === 'trimmed' && from !== null) log.extend(from.epoch, from.offset, from.offset)
    }
  }
  return { channel, epochs: log.toEpochs(), numbers: numbersOf(unplaced, content) }
}

function numbersOf(unplaced: readonly UnplacedEvent[], content: ChannelContent): readonly number[] {
  if (unplaced.length === 0) return []
  const delivered = new Set(
    [...content.epochs.values()].flatMap((epoch) =>
      [...epoch.delivered()].flatMap(([, contents]) => contents.map(({ content: found }) => found)),
    ),
  )
  return unplaced.flatMap(({ number }) => (delivered.has(number) ? number : []))
}

/** Beyond all offsets. Messages between processes are JSON, which has no infinity. */
const NOWHERE = Number.MAX_SAFE_INTEGER

class SeenLog {
  readonly #epochs = new Map<string, MutableEpoch>()

  epoch(name: string): MutableEpoch {
    let epoch = this.#epochs.get(name)
    if (epoch === undefined) {
      epoch = { first: NOWHERE, top: 0, continues: new Set(), newcomers: [] }
      this.#epochs.set(name, epoch)
    }
    return epoch
  }

  extend(name: string, first: number, top: number): void {
    const epoch = this.epoch(name)
    epoch.first = Math.min(epoch.first, first)
    epoch.top = Math.max(epoch.top, top)
  }

  /** The log reached at least to this offset, whose event nobody needs to have. What follows it belongs to this epoch. */
  stood(name: string, offset: number): void {
    this.extend(name, offset + 1, offset)
  }

  toEpochs(): readonly SeenEpoch[] {
    return Array.from(this.#epochs, ([epoch, { first, top, continues, newcomers }]) => ({
      epoch,
      first,
      top,
      continues: [...continues],
      newcomers: furthestBack(newcomers),
    }))
  }
}

interface MutableEpoch {
  first: number
  top: number
  readonly continues: Set<string>
  readonly newcomers: Newcomer[]
}
