/** What the parent says to the processes that make the load, over Node's IPC channel, and their answers. */
import type { Tally } from './tally.ts'

/** How a server names its streams, takes publishes, and identifies events (`dialects.ts`). */
export type DialectName = 'runnel' | 'nchan' | 'mercure' | 'plain'

/** Where the load goes. */
export interface Address {
  readonly dialect: DialectName
  /** The base of the paths that subscribers request, such as `http://news.test:8080`. */
  readonly url: string
  /** The same for publishes, which a proxy in front may not let through. */
  readonly publishUrl: string
  /** Further headers of all requests, such as `Authorization`. */
  readonly headers: Readonly<Record<string, string>>
  /** Further headers of publishes. */
  readonly publishHeaders: Readonly<Record<string, string>>
  /** IP addresses to connect to in place of what the name resolves to, in turns; empty: resolve it. */
  readonly connectTo: readonly string[]
}

export type SubscriberKind = 'stream' | 'poll' | 'switching'

/** How quickly a subscriber takes what it is sent. */
export type Reading =
  /** As it comes. */
  | { readonly kind: 'at-once' }
  /** Nothing, ever. */
  | { readonly kind: 'never' }
  /** So many bytes a second. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }

export interface SubscribeOptions {
  /** Subscribers, spread evenly over the channels. */
  readonly count: number
  readonly kind: SubscriberKind
  readonly reading: Reading
  /** Where a first connect starts: `latest`, `earliest`, or with the newest so many events. */
  readonly from: 'latest' | 'earliest' | number
  /** The id of an event, after which they resume as if they had been cut there; undefined for a first connect. */
  readonly cursor?: string
  /** Newest events of a channel that a start before the latest should bring. A server that keeps fewer cannot. */
  readonly history?: number
  /** New connections a second; undefined for as many as the server answers, 64 of them at a time. */
  readonly connectsPerSecond?: number
}

export interface PublishOptions {
  /** Events a second over all channels, at fixed times, whether or not the server keeps up. */
  readonly rate: number
  readonly seconds: number
  /** Of the data, in bytes: stamp and filler. */
  readonly bytes: number
}

/** All events that a publisher sent, by its own record. */
export interface Published {
  readonly channels: readonly PublishedChannel[]
}

/** The events of one channel, in the order of the numbers in their payloads, which count from 1. */
export interface PublishedChannel {
  readonly channel: string
  /** The event's position, or `''` where the server gave none but accepted it, `refused`, or `unknown`. */
  readonly outcomes: readonly string[]
  /** When each was due, in microseconds of the monotonic clock: a subscriber is owed what was due after it opened. */
  readonly dues: readonly number[]
}

/** Times are in seconds. A driver carries out one command at a time; `stop` may interrupt another. */
export type Command =
  /** Must come first. */
  | {
      readonly kind: 'prepare'
      readonly address: Address
      readonly channels: readonly string[]
      /** Distinguishes the events of this run from those of others in the same channels. */
      readonly runId: string
      /** This driver's place among the drivers, so that no two use the same source addresses. */
      readonly driver: number
    }
  /** Resolves when each has an open stream (a first answer, for polls) or was refused. */
  | { readonly kind: 'subscribe'; readonly options: SubscribeOptions }
  /** Closes so many subscribers for good, the newest first. */
  | { readonly kind: 'unsubscribe'; readonly count: number }
  /** Destroys the connection of so many subscribers, which then come back as after any cut. */
  | { readonly kind: 'cut'; readonly count: number }
  /** All subscribers read as it comes from here on, and are owed all that they did not read so far. */
  | { readonly kind: 'read-at-once' }
  | { readonly kind: 'publish'; readonly options: PublishOptions }
  /** Publishes so many events to each channel, as fast as they are answered, with so many in flight. */
  | {
      readonly kind: 'publish-at-once'
      readonly events: number
      readonly bytes: number
      readonly inFlight: number
    }
  /**
   * Publishes to the first channel for so long, each event as soon as this driver's own subscribers have all but
   * `inFlight - 1` of the earlier ones: for benchmarks, where one driver does both.
   */
  | {
      readonly kind: 'saturate'
      readonly inFlight: number
      readonly seconds: number
      readonly bytes: number
    }
  /** Answers with all that this driver published. */
  | { readonly kind: 'published' }
  /** Waits until all subscribers have what was published, `limit` seconds at most, and answers with what they know. */
  | { readonly kind: 'await-events'; readonly published: Published; readonly limit: number }
  /**
   * The same, and answers with the judgement. `seen`: what the subscribers of other drivers know. `oneByOne`: all that
   * the subscribers got was published one by one, so that its numbers tell its order.
   */
  | {
      readonly kind: 'judge'
      readonly published: Published
      readonly limit: number
      readonly oneByOne?: boolean
      readonly seen: readonly SeenChannel[]
    }
  /** Ends a running `publish` or `saturate`, which then resolve early. */
  | { readonly kind: 'stop' }

export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'published'; readonly published: Published }
  | { readonly kind: 'seen'; readonly seen: readonly SeenChannel[] }
  | { readonly kind: 'judged'; readonly judgement: Judgement }
  /** For people: what went wrong, and what to do. */
  | { readonly kind: 'failed'; readonly reason: string }

/** A message from a driver: its tally, once a second and before each answer; else an answer. */
export type DriverMessage =
  | { readonly kind: 'tally'; readonly tally: Tally }
  | { readonly kind: 'answer'; readonly answer: Answer }

/** What a driver's subscribers got, against what was published. All are counts over all subscribers. */
export interface Judgement {
  /** Deliveries that the law asks for: each accepted event after a subscriber's beginning, unless a gap announced it. */
  readonly owed: number
  /** Of these, neither delivered nor announced. */
  readonly lost: number
  /** Events within the bounds of a gap. */
  readonly announced: number
  /** Events that a start before the latest asked for and did not get, though no later subscriber got them either. */
  readonly notReplayed: number
  readonly duplicated: number
  /** Delivered after an event that follows it. */
  readonly reordered: number
  /** Delivered with other data or another name than was published, or never published at all. */
  readonly corrupted: number
  /**
   * Gaps that cover what the same subscriber has, gets later or was told of by an earlier gap, that call an epoch ended
   * which goes on, or that cover what others got later.
   */
  readonly falseGaps: number
  /** A few of the findings, as sentences with channel, subscriber and position, for whoever looks for the cause. */
  readonly examples: readonly string[]
  /** Events that came though the outcome of their publish is unknown. The subscribers of all drivers must agree on them. */
  readonly unknowns: readonly UnknownEvent[]
}

export interface UnknownEvent {
  readonly channel: string
  readonly position: string
  /** The number of its payload. */
  readonly number: number
  readonly deliveries: number
}

/**
 * What the subscribers of one driver know of a channel's log. All drivers judge by it, since each subscriber is owed what
 * others got.
 */
export interface SeenChannel {
  readonly channel: string
  readonly epochs: readonly SeenEpoch[]
  /** Numbers of the payloads that came, of events that were accepted without a position of their own. */
  readonly numbers: readonly number[]
}

export interface SeenEpoch {
  readonly epoch: string
  /** Of the first event that is known; above `top` if none is. */
  readonly first: number
  readonly top: number
  /** Epochs whose offsets it continues. */
  readonly continues: readonly string[]
  /** Those that got an older event than all who came after them, in the order in which they asked. */
  readonly newcomers: readonly Newcomer[]
}

/** A subscriber, as far as it tells how much of the history was kept when it came. */
export interface Newcomer {
  /** When it asked for its first place, in microseconds. */
  readonly askedAt: number
  /** The lowest offset that it got. */
  readonly oldest: number
}
