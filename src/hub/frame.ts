/** Blocks as the bytes that go to a socket. */
import type { LogEvent } from '../log/event-log.ts'
import type { Envelope } from '../schema/envelope.ts'
import type { Gap } from '../schema/system-events.ts'
import { encodeEvent } from '../wire/encode.ts'
import { GAP } from '../wire/system-event.ts'

/** `chunked` for HTTP/1.1, `raw` for HTTP/1.0, whose body ends with the connection. */
export type Framing = 'chunked' | 'raw'

const LAST_CHUNK = Buffer.from('0\r\n\r\n', 'latin1')

/**
 * Encodes whole blocks once, with the chunk's head and tail in the same buffer: one allocation, and one
 * piece to write however many subscribers share it.
 */
export function frame(blocks: string, framing: Framing): Buffer {
  if (framing === 'raw') return Buffer.from(blocks)
  const length = Buffer.byteLength(blocks)
  const head = `${length.toString(16)}\r\n`
  // Not from the shared pool: a slow subscriber would keep a whole slab alive.
  const bytes = Buffer.allocUnsafeSlow(head.length + length + 2)
  bytes.write(head, 0, 'latin1')
  bytes.write(blocks, head.length, 'utf8')
  bytes.write('\r\n', head.length + length, 'latin1')
  return bytes
}

/** The blocks that end a body. */
export function closingFrame(blocks: string, framing: Framing): Buffer {
  const bytes = frame(blocks, framing)
  return framing === 'raw' ? bytes : Buffer.concat([bytes, LAST_CHUNK])
}

export function encodeGap(id: string, gap: Gap): string {
  return encodeEvent({ id, event: GAP, data: JSON.stringify(gap) })
}

/** The event as JSON text, for streams whose reader could not tell the channel otherwise. */
export function envelope(channel: string, position: string, event: LogEvent): string {
  const fields: Envelope = {
    channel,
    position,
    event: event.name,
    data: event.data,
    time: new Date(event.time).toISOString(),
  }
  return JSON.stringify(fields)
}
