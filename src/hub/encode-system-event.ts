/** The blocks that a stream gets besides the channel's events: its opening, gaps, heartbeats and closing. */
import type { Full, Open } from '../schema/system-events.ts'
import { encodeEvent, HEARTBEAT } from '../wire/encode.ts'
import { DRAIN, EXPIRE, FAULT, FULL, GAP, OPEN, PING } from '../wire/system-event-names.ts'
import { frame, type Framing } from './frame.ts'
import type { CloseReason } from './hub-observer.ts'
import type { GapNotice } from './reader.ts'

export function encodeGaps(gaps: readonly GapNotice[]): string {
  return gaps
    .map(({ id, gap }) => encodeEvent({ id, event: GAP, data: JSON.stringify(gap) }))
    .join('')
}

/** All that a stream begins with. Its last id lets the client resume from here; `retry` in ms. */
export function encodeOpening(open: Open, gaps: readonly GapNotice[], retry: number): string {
  const data = JSON.stringify(open)
  return encodeGaps(gaps) + encodeEvent({ retry, id: open.cursor, event: OPEN, data })
}

const PING_BLOCK = encodeEvent({ event: PING, data: '{}' })

/** Heartbeats as bytes, encoded once: a comment, or for `ping=1` an event that page script can see. */
export const HEARTBEATS: Readonly<Record<Framing, { comment: Buffer; ping: Buffer }>> = {
  chunked: { comment: frame(HEARTBEAT, 'chunked'), ping: frame(PING_BLOCK, 'chunked') },
  raw: { comment: frame(HEARTBEAT, 'raw'), ping: frame(PING_BLOCK, 'raw') },
}

/** Reasons to close a stream whose peer is still there to read a closing event. */
export type ClosingReason = Extract<CloseReason, 'age' | 'drain' | 'shed' | 'fault'>

/** `retry` in ms, for the reconnect that follows. */
export function encodeClosing(reason: ClosingReason, retry: number): string {
  return encodeEvent({ retry, ...CLOSING_EVENTS[reason](retry) })
}

const CLOSING_EVENTS: Readonly<
  Record<ClosingReason, (retry: number) => { event: string; data: string }>
> = {
  age: () => ({ event: EXPIRE, data: '{"reason":"age"}' }),
  drain: (retry) => ({ event: DRAIN, data: JSON.stringify({ retry }) }),
  shed: (retry) => ({ event: DRAIN, data: JSON.stringify({ retry }) }),
  fault: () => ({ event: FAULT, data: '{"message":"the stream failed; it resumes on reconnect"}' }),
}

/** The content of a stream that is refused. Its id lets the client resume from here once it is admitted. */
export interface Refusal {
  readonly reason: Full['reason'] | 'drain'
  readonly retry: number
  /** The client's own cursor, or the one it would have started from, or `NO_POSITION`. */
  readonly cursor: string
  /** Reference to a poll for the same events. */
  readonly poll: string
}

export function encodeRefusal({ reason, retry, cursor: id, poll }: Refusal): string {
  if (reason === 'drain') return encodeEvent({ retry, id, ...CLOSING_EVENTS.drain(retry) })
  const full: Full = { reason, retry, poll }
  return encodeEvent({ retry, id, event: FULL, data: JSON.stringify(full) })
}
