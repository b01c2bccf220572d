import type { ChannelKeys } from '../../redis/keys.ts'
import type { Follower } from '../event-log.ts'
import type { Batch } from './notification.ts'
import { isSame, type Standing, type Top } from './top.ts'

/** A channel that this process follows. */
export class FollowedChannel {
  readonly channel: string
  readonly keys: ChannelKeys
  /** An object of its own for each `follow`: ending one twice must not end a later one. */
  readonly subscriptions = new Set<{ readonly follower: Follower }>()
  /** Resolves once notifications have come for the first time; all who join meanwhile wait for the same. */
  beginning: Promise<void> | undefined
  /** Where notifications come from; undefined while they do not. */
  server: string | undefined
  /** Of which the followers know, or have been told to find out; undefined of a channel never written. */
  top: Top | undefined
  /** What was known before something came that does not follow on it, until the log was asked for it. */
  claim: Top | undefined
  /** The incarnation of the log in which the channel was found unwritten. */
  incarnation: string | undefined
  /** Nothing can have been missed without a doubt since the log was asked last. */
  isLive = false
  /** `performance.now()` when the channel's metadata was last kept from being forgotten. */
  renewedAt = Number.NEGATIVE_INFINITY

  constructor(channel: string, keys: ChannelKeys) {
    this.channel = channel
    this.keys = keys
  }

  /**
   * Takes in what was notified and tells the followers. Returns false if it does not follow on what is
   * known, so that the log has to be asked: it comes late, or something was missed, or the log was put back.
   */
  hear({ epoch, previous, time, events }: Batch): boolean {
    const { top: known } = this
    const top = { epoch, offset: events.at(-1)!.offset, time }
    const isNext = events[0]!.offset - 1 === known?.offset && previous === known.time
    const fits = known === undefined || isNext || isSame(known, top)
    if (!fits) this.claim ??= known
    if (fits || (epoch === known.epoch && top.offset > known.offset)) this.top = top
    for (const { follower } of this.subscriptions) follower.events(epoch, events)
    return fits
  }

  /** `before`: what was known when the log was asked. Tells the followers if it has more or other. */
  compare({ top, incarnations }: Standing, before: Top | undefined): void {
    const isUnwritten = top === undefined && this.top === undefined
    const isInItsIncarnation =
      this.incarnation !== undefined && incarnations.includes(this.incarnation)
    if (isToldOf(top, before, this.top) && (isInItsIncarnation || !isUnwritten)) return
    this.top = top
    ;[this.incarnation] = incarnations
    for (const { follower } of this.subscriptions) follower.invalidate()
  }
}

/**
 * Whether all appended until `asked` was answered has been told by now: `before` is what was known when
 * the log was asked, `now` what is known after every earlier notification has come.
 */
export function isToldOf(
  asked: Top | undefined,
  before: Top | undefined,
  now: Top | undefined,
): boolean {
  // What is known now of a channel that was unwritten before has come since.
  if (asked === undefined) return before === undefined
  if (now === undefined) return false
  // What is known now may be a new epoch, which began after it was asked.
  if (isSame(asked, before)) return true
  if (asked.epoch !== now.epoch || now.offset < asked.offset) return false
  if (now.offset === asked.offset && now.time !== asked.time) return false
  // A log that stands before what it stood at has lost its end.
  return before === undefined || before.epoch !== asked.epoch || asked.offset > before.offset
}
