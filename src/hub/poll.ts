import type { LogEvent } from '../log/event-log.ts'
import type { Gap } from '../wire/system-event.ts'
import { Reader, type Start } from './reader.ts'
import type { Tail } from './tail.ts'

export interface PollRequest {
  readonly start: Start
  /** Most events in an answer. */
  readonly limit: number
  /** Ends the holding: the wait is over, the client is gone, or the process drains. */
  readonly deadline: AbortSignal
}

export interface PollAnswer {
  /** Each event as JSON text, so that the bound in bytes and the answer share one encoding. */
  readonly events: readonly string[]
  readonly gaps: readonly Gap[]
  readonly cursor: string
  /** There is more at hand: come back now. */
  readonly more: boolean
}

/** What the gaps and the cursor of 16 channels take of an answer at most, in bytes. */
const REST_BYTES = 16 * 1024
/** An answer of 1 MiB has room for so many bytes of events, or for one event. */
const EVENT_BYTES = 1024 * 1024 - REST_BYTES

/** Answers at once if there is anything to tell, else holds. Rejects with the log's errors. */
export async function poll(tails: readonly Tail[], request: PollRequest): Promise<PollAnswer> {
  const { start, limit, deadline } = request
  const { reader, gaps } = await Reader.begin(tails, start)
  let told = gaps.map(({ gap }) => gap)
  let events = await collect(reader, limit)
  while (start.cursor !== undefined && events.length + told.length === 0 && !deadline.aborted) {
    await change(tails, reader, deadline)
    told = await settle(reader)
    events = await collect(reader, limit)
  }
  return { events, gaps: told, cursor: reader.cursor(), more: reader.isBehind() }
}

async function settle(reader: Reader): Promise<Gap[]> {
  await reader.prepare()
  return reader.settle().map(({ gap }) => gap)
}

async function collect(reader: Reader, limit: number): Promise<string[]> {
  const events: string[] = []
  let bytes = 0
  let isFull = false
  for (let hasPrepared = false; ; hasPrepared = true) {
    const before = events.length
    reader.take((tail, event, id) => {
      const entry = encodeEntry(tail.channel, event, id)
      const size = Buffer.byteLength(entry) + 1
      isFull = events.length >= limit || (events.length > 0 && bytes + size > EVENT_BYTES)
      if (isFull) return false
      bytes += size
      events.push(entry)
      return true
    })
    if (isFull || !reader.isBehind()) return events
    // What comes next is gone, or stands in another history: the next answer begins with that gap.
    if (hasPrepared && events.length === before) return events
    await reader.prepare()
  }
}

function encodeEntry(channel: string, event: LogEvent, id: string): string {
  const { name, data, time } = event
  return JSON.stringify({ id, channel, event: name, data, time: new Date(time).toISOString() })
}

/** Resolves in the turn after something has happened to a tail, or at once if it has already. */
async function change(tails: readonly Tail[], reader: Reader, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = () => {
    // The rest of the same tick's events are to be in the same answer.
    setImmediate(resolve)
  }
  if (reader.isBehind()) wake()
  signal.addEventListener('abort', wake, { once: true })
  for (const tail of tails) tail.listeners.add(wake)
  await promise
  for (const tail of tails) tail.listeners.delete(wake)
  signal.removeEventListener('abort', wake)
}
