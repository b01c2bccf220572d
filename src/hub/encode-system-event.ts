/** The blocks with which a stream begins and ends. */
import { encodeEvent, encodeId, encodeRetry } from '../wire/encode.ts'
import type { Full, Open } from '../schema/system-events.ts'
import { DRAIN, EXPIRE, FAULT, FULL, OPEN } from '../wire/system-event.ts'
import type { CloseReason } from './hub-observer.ts'

export function encodeOpen(open: Open): string {
  return encodeEvent({ event: OPEN, data: JSON.stringify(open) })
}

/** Reasons for which the peer is still there to read a farewell. */
export type ClosingReason = Extract<CloseReason, 'age' | 'drain' | 'shed' | 'fault'>

/** `retry` in ms, for the reconnect that follows. */
export function encodeClosing(reason: ClosingReason, retry: number): string {
  return encodeRetry(retry) + encodeEvent(CLOSING_EVENTS[reason](retry))
}

const CLOSING_EVENTS: Readonly<
  Record<ClosingReason, (retry: number) => { event: string; data: string }>
> = {
  age: () => ({ event: EXPIRE, data: '{"reason":"age"}' }),
  drain: (retry) => ({ event: DRAIN, data: JSON.stringify({ retry }) }),
  shed: (retry) => ({ event: DRAIN, data: JSON.stringify({ retry }) }),
  fault: () => ({ event: FAULT, data: '{"message":"the stream failed; it resumes on reconnect"}' }),
}

/** What a stream holds that is not let in. The primer makes what comes meanwhile the client's own. */
export interface Refusal {
  readonly reason: Full['reason'] | 'drain'
  readonly retry: number
  /** The client's own, or the place it would have started from, or `NO_POSITION`. */
  readonly cursor: string
  /** Reference to a poll for the same events. */
  readonly poll: string
}

export function encodeRefusal({ reason, retry, cursor, poll }: Refusal): string {
  const primer = encodeId(cursor)
  if (reason === 'drain')
    return encodeRetry(retry) + primer + encodeEvent(CLOSING_EVENTS.drain(retry))
  const full: Full = { reason, retry, poll }
  return encodeRetry(retry) + primer + encodeEvent({ event: FULL, data: JSON.stringify(full) })
}
