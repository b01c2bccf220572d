import { newerOf, type Top } from './channel-top.ts'
import type { FollowedChannel } from './followed-channel.ts'
import type { Appended } from './parse-replies.ts'

/** Channels remembered: as many as one process may be expected to write to within an hour. */
const MAX_CHANNELS = 10_000
/** How long a top is remembered, in ms. */
const LIFETIME = 3_600_000

interface Noted {
  readonly top: Top
  /** An older top that an append has carried in vain while others went without: it is to be carried again. */
  readonly claim: Top | undefined
  readonly at: number
}

/** An append under way that carries the known top. */
interface Teller {
  /** Whether others went without it meanwhile. */
  hasOthers: boolean
}

/**
 * The known tops of channels that this process follows, has followed, or writes to. Appends and position
 * checks carry them, so that the log detects that it was put back.
 */
export class KnownTops {
  readonly #followedOf: (channel: string) => FollowedChannel | undefined
  /** In the order in which they were noted. */
  readonly #noted = new Map<string, Noted>()
  readonly #tellers = new Map<string, Teller>()

  constructor(followedOf: (channel: string) => FollowedChannel | undefined) {
    this.#followedOf = followedOf
  }

  of(channel: string): Top | undefined {
    const followed = this.#followedOf(channel)
    const noted = this.#notedOf(channel)
    return followed?.claim ?? noted?.claim ?? newerOf(followed?.top, noted?.top)
  }

  note(channel: string, top: Top): void {
    this.#keep(channel, top, this.#notedOf(channel)?.claim)
  }

  /** Replaces the `known` top by the one that the log has answered, unless another is known by now. */
  replace(channel: string, known: Top | undefined, top: Top): void {
    const noted = this.#notedOf(channel)
    if ((noted?.claim ?? noted?.top) === known) this.#keep(channel, top, undefined)
  }

  /**
   * Runs an append with the known top, and notes the top that it leaves. Of many appends at once only the
   * first carries the known top: a log that has moved on from it must look into its history, which costs. If the first
   * fails or adds nothing, the log was not asked, and the next one carries the same.
   */
  async tellWith(
    channel: string,
    append: (known: Top | undefined) => Promise<Appended>,
  ): Promise<Appended> {
    const teller = this.#tellers.get(channel)
    const known = teller === undefined ? this.of(channel) : undefined
    if (teller !== undefined) teller.hasOthers = true
    if (known === undefined) return this.#noting(channel, append(known))
    const own = { hasOthers: false }
    this.#tellers.set(channel, own)
    let isTold = false
    try {
      const appended = await append(known)
      isTold = appended.top !== undefined
      if (isTold) this.#keep(channel, appended.top!, undefined)
      return appended
    } finally {
      this.#tellers.delete(channel)
      // A claim is told from the top by identity, as that of a followed channel is.
      const isInVain = !isTold && own.hasOthers
      if (isInVain) this.#keep(channel, this.#notedOf(channel)?.top ?? known, { ...known })
    }
  }

  async #noting(channel: string, append: Promise<Appended>): Promise<Appended> {
    const appended = await append
    if (appended.top !== undefined) this.note(channel, appended.top)
    return appended
  }

  #keep(channel: string, top: Top, claim: Top | undefined): void {
    this.#noted.delete(channel)
    this.#noted.set(channel, { top, claim, at: performance.now() })
    if (this.#noted.size <= MAX_CHANNELS) return
    const [oldest] = this.#noted.keys()
    this.#noted.delete(oldest!)
  }

  #notedOf(channel: string): Noted | undefined {
    const noted = this.#noted.get(channel)
    return noted !== undefined && performance.now() - noted.at < LIFETIME ? noted : undefined
  }
}
