/** The events that Runnel itself sends. Clients rely on their names and fields. */
export const OPEN = 'runnel.open'
export const GAP = 'runnel.gap'
export const FULL = 'runnel.full'
export const DRAIN = 'runnel.drain'
export const EXPIRE = 'runnel.expire'
export const FAULT = 'runnel.fault'
export const PING = 'runnel.ping'

/** The last event of a stream that the service closes. The client comes back after the `retry:` before it. */
export const CLOSING_EVENTS: ReadonlySet<string> = new Set([FULL, DRAIN, EXPIRE, FAULT])

/**
 * Why history cannot be replayed:
 * - `trimmed`: count, bytes or age removed the events; `missed` is exact.
 * - `epoch-lost`: the history that the cursor belongs to is gone.
 * - `diverged`: a fail-over lost the tail that the client holds; `from` to `to` is that tail.
 * - `ahead`: the cursor is beyond the newest event.
 * - `unknown-cursor`: no cursor of Runnel, or one for other channels.
 */
export type GapReason = 'trimmed' | 'epoch-lost' | 'diverged' | 'ahead' | 'unknown-cursor'

/** Data of `runnel.gap`. `from` and `to` are the first and last missing position, inclusive. */
export interface Gap {
  /** Null when the cursor failed as a whole. */
  readonly channel: string | null
  readonly reason: GapReason
  readonly from: string | null
  readonly to: string | null
  readonly missed: number | null
}

/** Data of `runnel.open`. */
export interface Open {
  /** Names this connection in log lines and traces. */
  readonly stream: string
  /** The cursor from which the stream starts, after its gaps. */
  readonly cursor: string
  /** A cursor was given, and no channel has a gap. */
  readonly resumed: boolean
  /** Milliseconds of silence after which a heartbeat is sent. */
  readonly heartbeat: number
}

/** `limit`: the pod or fleet is full; `client`: too many streams of one principal or address; `log`: the log
 * cannot be reached. */
export type FullReason = 'limit' | 'client' | 'log'

/** Data of `runnel.full`. */
export interface Full {
  readonly reason: FullReason
  /** Milliseconds, as in the field before it. */
  readonly retry: number
  /** Reference to a poll for the same events, relative to the URL of the stream. */
  readonly poll: string
}

/** `token`: the token expired; `age`: the stream reached its maximum age. */
export type ExpireReason = 'token' | 'age'

/** The data of an event on streams of several channels or with `envelope=1`: SSE has no field for a channel. */
export interface Envelope {
  readonly channel: string
  readonly position: string
  readonly event: string
  readonly data: string
  /** RFC 3339 in UTC with milliseconds, when the log accepted the event. */
  readonly time: string
}
