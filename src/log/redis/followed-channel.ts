import type { ChannelKeys } from '../../redis/keys.ts'
import type { Follower } from '../event-log.ts'
import type { AppendNotice } from './notification.ts'
import { isSame, type Standing, type Top } from './channel-top.ts'

/** A channel that this process follows. */
export class FollowedChannel {
  readonly channel: string
  readonly keys: ChannelKeys
  /** An object of its own for each `follow`: ending one twice must not end a later one. */
  readonly followers = new Set<{ readonly follower: Follower }>()
  /** Resolves once notifications come and the top is known; followers that join meanwhile wait for it too. */
  beginning: Promise<void> | undefined
  /** The server that sends the notifications; undefined while none come. */
  server: string | undefined
  /** Followers have the events up to it, or were invalidated; undefined for a channel never written. */
  top: Top | undefined
  /**
   * The known top before a notification that does not follow on it, until a check has shown whether the log
   * still holds it.
   */
  claim: Top | undefined
  /** The incarnation of the log in which the channel was found unwritten. */
  incarnation: string | undefined
  /** Whether each append reaches the followers, or invalidates them if its notification is missed. */
  isLive = false
  /** `performance.now()` when the channel's metadata was last kept from being forgotten. */
  renewedAt = Number.NEGATIVE_INFINITY

  constructor(channel: string, keys: ChannelKeys) {
    this.channel = channel
    this.keys = keys
  }

  /**
   * Hands appends to the followers, one by one. Returns false if the first does not follow on the known top, so that the
   * channel has to be checked: the notice is late, or another was missed, or the log was put back.
   */
  hear({ epoch, previous, time, events, counts }: AppendNotice): boolean {
    const { top: known } = this
    const top = { epoch, offset: events.at(-1)!.offset, time }
    const isNext = events[0]!.offset - 1 === known?.offset && previous === known.time
    const fits = known === undefined || isNext || isSame(known, top)
    // A claim is told from the top by identity: a check that began with the top has not checked the claim.
    if (!fits) this.claim ??= { ...known }
    if (fits || (epoch === known.epoch && top.offset > known.offset)) this.top = top
    let start = 0
    for (const count of counts ?? [events.length]) {
      const append = events.slice(start, (start += count))
      for (const { follower } of this.followers) follower.events(epoch, append)
    }
    return fits
  }

  /** Invalidates the followers if the log holds other events; `before`: the top known when it was asked. */
  compare({ top, incarnations }: Standing, before: Top | undefined): void {
    const isUnwritten = top === undefined && this.top === undefined
    const isInItsIncarnation =
      this.incarnation !== undefined && incarnations.includes(this.incarnation)
    if (isToldOf(top, before, this.top) && (isInItsIncarnation || !isUnwritten)) return
    this.top = top
    ;[this.incarnation] = incarnations
    for (const { follower } of this.followers) follower.invalidate()
  }
}

/**
 * Whether notifications have covered all events that the log held when it was asked: `asked` is its answer,
 * `before` the top known when it was asked, `now` the top known after every earlier notification has come.
 */
export function isToldOf(
  asked: Top | undefined,
  before: Top | undefined,
  now: Top | undefined,
): boolean {
  // If a channel was unwritten before, the top that is known now has come since.
  if (asked === undefined) return before === undefined
  if (now === undefined) return false
  // The top that is known now may be of a new epoch, which began after the log was asked.
  if (isSame(asked, before)) return true
  if (asked.epoch !== now.epoch || now.offset < asked.offset) return false
  if (now.offset === asked.offset && now.time !== asked.time) return false
  // A log whose top is below an earlier one has lost its end.
  return before === undefined || before.epoch !== asked.epoch || asked.offset > before.offset
}
