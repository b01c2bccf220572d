import type { ChannelKeys } from '../../redis/keys.ts'
import type { Follower } from '../event-log.ts'

/** Where a channel stands: its newest epoch and event; undefined if it was never written. */
export interface Top {
  readonly epoch: string
  readonly offset: number
}

/** A channel that this process follows. */
export class Follow {
  readonly channel: string
  readonly keys: ChannelKeys
  /** An object of its own for each `follow`: ending one twice must not end a later one. */
  readonly subscriptions = new Set<{ readonly follower: Follower }>()
  /** Resolves once notifications have come for the first time; all who join meanwhile wait for the same. */
  beginning: Promise<void> | undefined
  /** Where notifications come from; undefined while they do not. */
  server: string | undefined
  /** Of which the followers know, or have been told to find out. */
  top: Top | undefined
  /** Nothing can have been missed without a doubt since the log was asked last. */
  isLive = false
  /** `performance.now()` when the channel's metadata was last kept from being forgotten. */
  renewedAt = Number.NEGATIVE_INFINITY

  constructor(channel: string, keys: ChannelKeys) {
    this.channel = channel
    this.keys = keys
  }

  doubt(): void {
    for (const { follower } of this.subscriptions) follower.doubt()
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
  if (asked.epoch === before?.epoch && asked.offset === before.offset) return true
  if (asked.epoch !== now.epoch || now.offset < asked.offset) return false
  // A log that stands before what it stood at has lost its end.
  return before === undefined || before.epoch !== asked.epoch || asked.offset >= before.offset
}
