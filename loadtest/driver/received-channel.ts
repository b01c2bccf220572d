import type { ChannelContent } from './channel-content.ts'
import type { Presence } from './judge-subscriber.ts'
import type { ReceivedEvents } from './received-events.ts'

/** What the subscribers of one channel got. */
export interface ReceivedChannel {
  readonly channel: string
  readonly content: ChannelContent
  readonly subscribers: readonly JudgedSubscriber[]
}

export interface JudgedSubscriber {
  readonly received: ReceivedEvents
  readonly presence: Presence
  readonly damaged: number
  readonly renamed: number
}
