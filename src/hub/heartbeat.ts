import { encodeEvent, HEARTBEAT } from '../wire/encode.ts'
import { PING } from '../wire/system-event.ts'
import { frame, type Framing } from './frame.ts'

const PING_BLOCK = encodeEvent({ event: PING, data: '{}' })

/** Heartbeats as bytes, made once: a comment, or for `ping=1` an event that page script can see. */
export const HEARTBEATS: Readonly<Record<Framing, { comment: Buffer; ping: Buffer }>> = {
  chunked: { comment: frame(HEARTBEAT, 'chunked'), ping: frame(PING_BLOCK, 'chunked') },
  raw: { comment: frame(HEARTBEAT, 'raw'), ping: frame(PING_BLOCK, 'raw') },
}
