import type { NewEvent } from '../log/event-log.ts'
import { formatCursor } from '../wire/cursor.ts'
import { encodeEvent } from '../wire/encode.ts'
import { MAX_CHANNELS } from '../wire/limits.ts'
import type { Position } from '../wire/position.ts'
import { encodeEnvelope } from './encode-batch.ts'

const LAST_POSITION: Position = { epoch: 'zzzzzzzz', offset: Number.MAX_SAFE_INTEGER }
const LONGEST_POSITION = formatCursor([LAST_POSITION])
const LONGEST_CURSOR = formatCursor(Array.from({ length: MAX_CHANNELS }, () => LAST_POSITION))

/** Most bytes of a block besides the name and the data of its event. */
const FRAME_BYTES = 1_024
/** A line break in the data takes seven bytes, with the name of its field; all else takes less for a UTF-16 unit. */
const BYTES_PER_UNIT = 7

/** An upper bound of `largestBlock` that costs no encoding. */
export function roughLargestBlock({ name, data }: NewEvent): number {
  return FRAME_BYTES + BYTES_PER_UNIT * (name.length + data.length)
}

/** Bytes of the largest block in which any stream may write the event, whatever its position will be. */
export function largestBlock(channel: string, { name: event, data }: NewEvent): number {
  const envelope = encodeEnvelope(channel, LONGEST_POSITION, { name: event, data, time: 0 })
  return Math.max(
    Buffer.byteLength(encodeEvent({ id: LONGEST_POSITION, event, data })),
    Buffer.byteLength(encodeEvent({ id: LONGEST_CURSOR, event, data: envelope })),
  )
}
