import { newerOf, type Top } from './channel-top.ts'
import type { FollowedChannel } from './followed-channel.ts'
import type { Appended } from './parse-replies.ts'

/** Channels remembered: as many as one process may be expected to write to within an hour. */
const MAX_CHANNELS = 10_000
/** How long a top is remembered, in ms. */
const LIFETIME = 3_600_000

/**
 * The known tops of channels that this process follows, has followed, or writes to. Appends and position
 * checks carry them, so that the log detects that it was put back.
 */
export class KnownTops {
  readonly #followedOf: (channel: string) => FollowedChannel | undefined
  /** In the order in which they were noted. */
  readonly #noted = new Map<string, { readonly top: Top; readonly at: number }>()
  /** Channels with an append under way that carries the known top. */
  readonly #told = new Set<string>()

  constructor(followedOf: (channel: string) => FollowedChannel | undefined) {
    this.#followedOf = followedOf
  }

  of(channel: string): Top | undefined {
    const followed = this.#followedOf(channel)
    return followed?.claim ?? newerOf(followed?.top, this.#notedOf(channel))
  }

  note(channel: string, top: Top): void {
    this.#noted.delete(channel)
    this.#noted.set(channel, { top, at: performance.now() })
    if (this.#noted.size <= MAX_CHANNELS) return
    const [oldest] = this.#noted.keys()
    this.#noted.delete(oldest!)
  }

  /** Replaces the `known` top by the one that the log has answered, unless another is known by now. */
  replace(channel: string, known: Top | undefined, top: Top): void {
    if (this.#notedOf(channel) === known) this.note(channel, top)
  }

  /**
   * Runs an append with the known top, and notes the top that it leaves. Of many appends at once only the
   * first carries the known top: a log that has moved on from it must look into its history, which costs.
   */
  async tellWith(
    channel: string,
    append: (known: Top | undefined) => Promise<Appended>,
  ): Promise<Appended> {
    const known = this.#told.has(channel) ? undefined : this.of(channel)
    if (known !== undefined) this.#told.add(channel)
    try {
      const appended = await append(known)
      if (appended.top !== undefined) this.note(channel, appended.top)
      return appended
    } finally {
      if (known !== undefined) this.#told.delete(channel)
    }
  }

  #notedOf(channel: string): Top | undefined {
    const noted = this.#noted.get(channel)
    return noted !== undefined && performance.now() - noted.at < LIFETIME ? noted.top : undefined
  }
}
