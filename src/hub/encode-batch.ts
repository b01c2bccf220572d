import type { LogEvent } from '../log/event-log.ts'
import { encodeEvent } from '../wire/encode.ts'
import { formatPosition } from '../wire/position.ts'
import type { Envelope } from '../schema/envelope.ts'
import { frame, type Framing } from './frame.ts'
import type { TakeEvent } from './reader.ts'
import type { TracedEvents } from './stream-tracing.ts'
import type { Tail } from './tail.ts'

export interface BatchFormat {
  /** Whether data is wrapped in an envelope that names the channel. */
  readonly envelope: boolean
  readonly framing: Framing
}

/** Events as bytes that go to several subscribers unchanged. */
export interface EncodedBatch {
  readonly bytes: Buffer
  readonly count: number
  /** The id of its last event. */
  readonly lastId: string
  /** Undefined where none of its events belongs to a trace. */
  readonly traced: TracedEvents | undefined
}

/**
 * A batch ends at this length, in UTF-16 units, or after one event: it is the least that a subscriber holds
 * when its socket takes nothing.
 */
export const MAX_BATCH_LENGTH = 64 * 1024

/** Encodes the events that `read` hands out, up to the length of a batch; undefined if there are none. */
export function encodeBatch(
  read: (take: TakeEvent) => void,
  format: BatchFormat,
): EncodedBatch | undefined {
  let blocks = ''
  let count = 0
  let lastId = ''
  let traced: Map<string, LogEvent[]> | undefined
  read((tail, event, id) => {
    const data = format.envelope
      ? encodeEnvelope(tail.channel, positionOf(tail, event), event)
      : event.data
    if (count > 0 && blocks.length + data.length > MAX_BATCH_LENGTH) return false
    blocks += encodeEvent({ id, event: event.name, data })
    count++
    lastId = id
    if (event.trace !== undefined) {
      traced ??= new Map()
      addTo(traced, tail.channel, event)
    }
    return true
  })
  if (count === 0) return undefined
  return { bytes: frame(blocks, format.framing), count, lastId, traced }
}

function positionOf(tail: Tail, { offset }: LogEvent): string {
  return formatPosition(tail.epochAt(offset), offset)
}

function addTo(traced: Map<string, LogEvent[]>, channel: string, event: LogEvent): void {
  const events = traced.get(channel)
  if (events === undefined) traced.set(channel, [event])
  else events.push(event)
}

/** The event as JSON text, for subscribers that could not tell its channel otherwise. */
export function encodeEnvelope(
  channel: string,
  position: string,
  event: Pick<LogEvent, 'name' | 'data' | 'time'>,
): string {
  const fields: Envelope = {
    channel,
    position,
    event: event.name,
    data: event.data,
    time: new Date(event.time).toISOString(),
  }
  return JSON.stringify(fields)
}
