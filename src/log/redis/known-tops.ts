import type { AppendResult } from '../event-log.ts'
import type { FollowedChannel } from './followed-channel.ts'
import type { Appended } from './parse-replies.ts'
import { newerOf, type Top } from './top.ts'

/** Channels remembered: so many as one process may be expected to write to within an hour. */
const MAX_CHANNELS = 10_000
/** How long a top is remembered, in ms. */
const LIFETIME = 3_600_000

/**
 * Where the log is known to have stood: of channels that this process follows, has followed, or writes to.
 * It goes along with appends and position checks, so that a log which was put back is found out.
 */
export class KnownTops {
  readonly #followOf: (channel: string) => FollowedChannel | undefined
  /** Longest not noted first. */
  readonly #noted = new Map<string, { readonly top: Top; readonly at: number }>()
  /** Channels with an append under way that tells the log what is known. */
  readonly #told = new Set<string>()

  constructor(followOf: (channel: string) => FollowedChannel | undefined) {
    this.#followOf = followOf
  }

  of(channel: string): Top | undefined {
    const follow = this.#followOf(channel)
    return follow?.claim ?? newerOf(follow?.top, this.#notedOf(channel))
  }

  note(channel: string, top: Top): void {
    this.#noted.delete(channel)
    this.#noted.set(channel, { top, at: performance.now() })
    if (this.#noted.size <= MAX_CHANNELS) return
    const [oldest] = this.#noted.keys()
    this.#noted.delete(oldest!)
  }

  /** Notes what the log has said when it was told of what was known, unless more is known by now. */
  replace(channel: string, known: Top | undefined, top: Top): void {
    if (this.#notedOf(channel) === known) this.note(channel, top)
  }

  /**
   * Has an append tell the log what is known, and takes in where it has left it. Of many at once the first
   * tells for all: the log looks further where it has moved on, and for the others it has.
   */
  async tellWith(
    channel: string,
    append: (known: Top | undefined) => Promise<Appended>,
  ): Promise<AppendResult> {
    const known = this.#told.has(channel) ? undefined : this.of(channel)
    if (known !== undefined) this.#told.add(channel)
    try {
      const { result, top } = await append(known)
      if (top !== undefined) this.note(channel, top)
      return result
    } finally {
      if (known !== undefined) this.#told.delete(channel)
    }
  }

  #notedOf(channel: string): Top | undefined {
    const noted = this.#noted.get(channel)
    return noted !== undefined && performance.now() - noted.at < LIFETIME ? noted.top : undefined
  }
}
