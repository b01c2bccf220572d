import type { LogEvent } from '../log/event-log.ts'
import type { PolledEvent } from '../schema/poll.ts'
import type { Gap } from '../schema/system-events.ts'
import type { MemoryBudget, Reservation, Revoke } from './memory-budget.ts'
import { beginReader } from './begin-reader.ts'
import type { Reader, Start } from './reader.ts'
import type { Tail } from './tail.ts'

export interface PollRequest {
  readonly start: Start
  /** Most events in an answer. */
  readonly limit: number
  /** Aborts when the wait is over, the client is gone, or the process drains. */
  readonly deadline: AbortSignal
  /** Whether the client is still there. */
  readonly isWanted?: () => boolean
  /** Cuts a client that takes nothing of its answer, whose memory others need. Returns whether it did. */
  readonly cut: Revoke
}

export interface PollAnswer {
  /** Each event as JSON text, so that the bound in bytes and the answer share one encoding. */
  readonly events: readonly string[]
  readonly gaps: readonly Gap[]
  readonly cursor: string
  /** There are more events: the client should poll again at once. */
  readonly more: boolean
  /** Frees the memory of the answer. */
  readonly release: () => void
}

/** Size of the gaps and the cursor of 16 channels at most, in bytes. */
const REST_BYTES = 16 * 1024
/** An answer of 1 MiB has room for so many bytes of events, or for one event. */
const EVENT_BYTES = 1024 * 1024 - REST_BYTES
/** Memory that an answer takes at most, in bytes: its text and its encoded bytes together. */
const ANSWER_MEMORY = 2 * 1024 * 1024

/** Answers at once if there are events or gaps, else waits for some. Rejects with the log's errors. */
export async function poll(
  tails: readonly Tail[],
  budget: MemoryBudget,
  request: PollRequest,
): Promise<PollAnswer> {
  const { start, deadline, isWanted } = request
  const { reader, gaps } = await beginReader(tails, start, { deadline, isWanted })
  const answer = new Answer(budget, request)
  try {
    let newGaps = gaps.map(({ gap }) => gap)
    await answer.collect(reader)
    while (
      start.cursor !== undefined &&
      answer.isEmpty &&
      newGaps.length === 0 &&
      !deadline.aborted
    ) {
      await nextChange(tails, reader, deadline)
      await reader.load(deadline)
      newGaps = reader.skipGaps().map(({ gap }) => gap)
      await answer.collect(reader)
    }
    const cursor = reader.cursor()
    const more = reader.isBehind()
    return { events: answer.finish(), gaps: newGaps, cursor, more, release: () => answer.release() }
  } catch (error) {
    answer.release()
    throw error
  } finally {
    reader.close()
  }
}

/** The events of an answer, within the memory for answers. */
class Answer {
  readonly #budget: MemoryBudget
  readonly #request: PollRequest
  #events: string[] = []
  #bytes = 0
  #reservation: Reservation | undefined

  constructor(budget: MemoryBudget, request: PollRequest) {
    this.#budget = budget
    this.#request = request
  }

  get isEmpty(): boolean {
    return this.#events.length === 0
  }

  /** Takes the events that fit. Events that find no room before the deadline are left for the next poll. */
  async collect(reader: Reader): Promise<void> {
    const { cut, deadline } = this.#request
    if (!reader.isBehind()) return
    this.#reservation ??= await this.#budget.reserve(ANSWER_MEMORY, cut, deadline)
    if (this.#reservation === undefined) return
    for (let hasLoaded = false; ; hasLoaded = true) {
      const before = this.#events.length
      const isFull = this.#take(reader)
      if (isFull || !reader.isBehind()) return
      // The next event was trimmed, or the history has forked, or there is no room to read it. The next
      // answer begins with that.
      if (hasLoaded && this.#events.length === before) return
      await reader.load(deadline)
    }
  }

  finish(): readonly string[] {
    if (this.#reservation !== undefined) this.#budget.fill(this.#reservation, this.#bytes)
    const events = this.#events
    // The answer stays reachable through `release`, which must not keep its text alive.
    this.#events = []
    return events
  }

  release(): void {
    if (this.#reservation !== undefined) this.#budget.release(this.#reservation)
  }

  /** Returns whether the answer is full. */
  #take(reader: Reader): boolean {
    let isFull = false
    reader.take((tail, event, id) => {
      const entry = encodeEntry(tail.channel, event, id)
      const size = Buffer.byteLength(entry) + 1
      const { length } = this.#events
      isFull = length >= this.#request.limit || (length > 0 && this.#bytes + size > EVENT_BYTES)
      if (isFull) return false
      this.#bytes += size
      this.#events.push(entry)
      return true
    })
    return isFull
  }
}

function encodeEntry(channel: string, event: LogEvent, id: string): string {
  const { name, data, time } = event
  const entry: PolledEvent = {
    id,
    channel,
    event: name,
    data,
    time: new Date(time).toISOString(),
  }
  return JSON.stringify(entry)
}

/** Resolves in the turn after a tail has changed, or in the next turn if the reader is behind already. */
async function nextChange(
  tails: readonly Tail[],
  reader: Reader,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = () => {
    // A turn later, so that all events of the same tick are in the same answer.
    setImmediate(resolve)
  }
  if (reader.isBehind()) wake()
  signal.addEventListener('abort', wake, { once: true })
  for (const tail of tails) tail.listeners.add(wake)
  await promise
  for (const tail of tails) tail.listeners.delete(wake)
  signal.removeEventListener('abort', wake)
}
