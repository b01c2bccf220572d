import type { LogEvent } from '../log/event-log.ts'
import type { Resumption } from '../log/history.ts'
import { formatCursor, type SentCursor } from '../wire/cursor.ts'
import type { Position } from '../wire/position.ts'
import type { Gap } from '../schema/system-events.ts'
import { ChannelProgress, NO_GENERATION } from './channel-progress.ts'
import { NO_WAIT } from './page-cache.ts'
import type { Tail } from './tail.ts'

/** Where a client wants to begin. */
export interface Start {
  /** The cursor that it sent back; absent on a first connect. */
  readonly cursor?: SentCursor
  /** For a first connect, and after a cursor of another log or other channels. */
  readonly from: 'latest' | 'earliest' | { readonly last: number }
}

/** A gap with the cursor that stands behind it. */
export interface GapNotice {
  readonly id: string
  readonly gap: Gap
}

/** Offset and generation in each channel. All members of a group have the same. */
export interface Progress {
  readonly offsets: readonly number[]
  readonly generations: readonly number[]
}

interface NextEvent {
  readonly progress: ChannelProgress
  readonly event: LogEvent
}

/** Returns whether the event was taken; if not, the reader stays before it. */
export type TakeEvent = (tail: Tail, event: LogEvent, id: string) => boolean

/**
 * Reads the channels of one client from its cursor to the live end: it finds the gaps, and hands out the
 * events that are kept. Streams and polls resume through it alike. A reader holds about one page, whatever
 * the number of its channels; `close` releases it.
 */
export class Reader {
  readonly #channels: readonly ChannelProgress[]
  readonly #from: Start['from']
  /** Not all channels found room for their page: the others are handed out by themselves. */
  #isShortOfMemory = false
  #loads = 0
  #isWanted: () => boolean

  private constructor(
    channels: readonly ChannelProgress[],
    from: Start['from'],
    isWanted = () => true,
  ) {
    this.#channels = channels
    this.#from = from
    this.#isWanted = isWanted
  }

  /** A reader that begins where a client wants to; `skipGaps` places it there. The tails must be open. */
  static from(tails: readonly Tail[], { cursor, from }: Start, isWanted?: () => boolean): Reader {
    const positions: readonly Position[] =
      cursor === undefined || cursor === 'unknown' ? [] : cursor
    const channels = tails.map((tail, index) => new ChannelProgress(tail, positions[index]))
    return new Reader(channels, from, isWanted)
  }

  /** A reader for a member that falls behind its group. */
  static at(tails: readonly Tail[], { offsets, generations }: Progress): Reader {
    const channels = tails.map((tail, index) =>
      ChannelProgress.at(tail, offsets[index]!, generations[index]!),
    )
    return new Reader(channels, 'latest')
  }

  /** Releases the pages that it holds. It hands out nothing afterwards. */
  close(): void {
    this.#isWanted = () => false
    for (const channel of this.#channels) channel.releasePage()
  }

  cursor(): string {
    return formatCursor(this.#channels.map(({ position }) => position))
  }

  progress(): Progress {
    return {
      offsets: this.#channels.map(({ after }) => after),
      generations: this.#channels.map(({ generation }) => generation),
    }
  }

  /** Whether there is an event or a gap before these offsets, by default the tops. */
  isBehind(targets?: readonly number[]): boolean {
    return this.#channels.some(
      (channel, index) =>
        channel.after < targetIn(channel.tail, targets?.[index]) || !channel.isCurrent,
    )
  }

  /**
   * Whether another reader that stood here and stands there now has read what this one would, up to these offsets, by
   * default the tops. `isEnd`: it must have come to them.
   */
  canSkipTo(
    { offsets, generations }: Progress,
    targets: readonly number[] | undefined,
    isEnd: boolean,
  ): boolean {
    return this.#channels.every((channel, index) => {
      const rest = targetIn(channel.tail, targets?.[index]) - offsets[index]!
      const isSame = channel.isCurrent && channel.generation === generations[index]
      return isSame && (isEnd ? rest === 0 : rest >= 0)
    })
  }

  skipTo({ offsets }: Progress): void {
    for (const [index, channel] of this.#channels.entries()) channel.skipTo(offsets[index]!)
  }

  /** Reads the log for the channels in which the client is further than this process knows. */
  async refreshOutdatedTails(): Promise<void> {
    const channels = this.#channels.filter((channel) => this.#mayBeOutdated(channel))
    await Promise.all(channels.map(async ({ tail }) => tail.sync.refresh()))
  }

  /**
   * Loads the events that come next into memory, where there is room. Only one channel, each in its turn,
   * waits for room: a reader that held one page while it waited for another could block others for ever.
   */
  async load(deadline?: AbortSignal): Promise<void> {
    await this.refreshOutdatedTails()
    const missing = this.#missing()
    const waiting = this.#loads++ % missing.length
    await Promise.all(
      missing.map(async ({ channel, after }, index) =>
        channel.loadPage(after, {
          share: this.#channels.length,
          isWanted: () => this.#isWanted(),
          deadline: index === waiting ? deadline : NO_WAIT,
        }),
      ),
    )
    // The page of one channel may have taken the room of another's.
    this.#isShortOfMemory = this.#missing().length > 0
  }

  /** Takes the pages that are in memory. Returns whether all events that come next are there, and no tail is outdated. */
  findPages(): boolean {
    return this.#channels.every(
      (channel) => !this.#mayBeOutdated(channel) && channel.findPage(this.#judge(channel).after),
    )
  }

  /**
   * Moves each channel that cannot go on past its gaps, and returns the gaps. Each gap's id moves its own
   * channel only: a client that is cut off between two of them gets the second again.
   */
  skipGaps(): readonly GapNotice[] {
    const notices: GapNotice[] = []
    for (const channel of this.#channels) {
      if (channel.isCurrent && channel.isLoaded()) continue
      const { after, gaps } = this.#judge(channel)
      channel.generation = channel.tail.generation
      for (const { after: afterGap, ...gap } of gaps) {
        channel.after = afterGap
        channel.clientPosition = undefined
        notices.push({ id: this.cursor(), gap: { channel: channel.tail.channel, ...gap } })
      }
      channel.after = after
    }
    return notices
  }

  /**
   * Hands out the events in memory up to these offsets, by default the tops; the oldest event first, so that
   * a busy channel cannot keep the others waiting. Ends early at an event that is not taken, or not in
   * memory: `isBehind` says so, and `load` gets it.
   */
  take(takeEvent: TakeEvent, targets?: readonly number[]): void {
    for (let next = this.#oldestNext(targets); next !== undefined;) {
      const { progress, event } = next
      const { clientPosition } = progress
      progress.after++
      progress.clientPosition = undefined
      if (!takeEvent(progress.tail, event, this.cursor())) {
        progress.after--
        progress.clientPosition = clientPosition
        return
      }
      progress.releaseReadPage()
      next = this.#oldestNext(targets)
    }
  }

  /** The oldest of the channels' next events; undefined if there is none, or one is not in memory. */
  #oldestNext(targets: readonly number[] | undefined): NextEvent | undefined {
    let oldest: NextEvent | undefined
    for (const [index, progress] of this.#channels.entries()) {
      if (!progress.isCurrent) return undefined
      if (progress.after >= targetIn(progress.tail, targets?.[index])) continue
      const event = progress.nextEvent
      if (event === undefined && !this.#isShortOfMemory) return undefined
      if (event !== undefined && (oldest === undefined || event.time < oldest.event.time)) {
        oldest = { progress, event }
      }
    }
    return oldest
  }

  /** The channels whose next event is not in memory, and the offset from which each goes on. */
  #missing(): { readonly channel: ChannelProgress; readonly after: number }[] {
    return this.#channels
      .map((channel) => ({ channel, after: this.#judge(channel).after }))
      .filter(({ channel, after }) => !channel.isLoaded(after))
  }

  #judge(channel: ChannelProgress): Resumption {
    if (channel.generation === NO_GENERATION && channel.clientPosition === undefined) {
      return { after: this.#firstOffset(channel.tail), gaps: [] }
    }
    return channel.tail.resume(channel.position)
  }

  /**
   * Another process may have delivered events to the client that this one has not been notified of yet. Only
   * the log knows whether they exist.
   */
  #mayBeOutdated(channel: ChannelProgress): boolean {
    if (channel.generation !== NO_GENERATION) return false
    const reason = this.#judge(channel).gaps[0]?.reason
    return reason === 'ahead' || reason === 'epoch-lost'
  }

  /** The offset after which a first connect begins. */
  #firstOffset({ oldest, top }: Tail): number {
    if (this.#from === 'latest') return top
    if (this.#from === 'earliest') return oldest - 1
    return Math.max(oldest - 1, top - this.#from.last)
  }
}

/** After a fork, members may still stand at an offset that the new history has not reached. */
function targetIn({ top }: Tail, offset = top): number {
  return Math.min(offset, top)
}
