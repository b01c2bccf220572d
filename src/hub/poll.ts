import type { LogEvent } from '../log/event-log.ts'
import type { PolledEvent } from '../schema/poll.ts'
import type { Gap } from '../schema/system-events.ts'
import type { Claim, LetGo, MemoryBudget } from './memory-budget.ts'
import { Reader, type Start } from './reader.ts'
import type { Tail } from './tail.ts'

export interface PollRequest {
  readonly start: Start
  /** Most events in an answer. */
  readonly limit: number
  /** Ends the holding: the wait is over, the client is gone, or the process drains. */
  readonly deadline: AbortSignal
  /** Whether the client is still there. */
  readonly isWanted?: () => boolean
  /** The memory of the answer is needed elsewhere. Returns whether its client was cut, as it takes nothing. */
  readonly cut: LetGo
}

export interface PollAnswer {
  /** Each event as JSON text, so that the bound in bytes and the answer share one encoding. */
  readonly events: readonly string[]
  readonly gaps: readonly Gap[]
  readonly cursor: string
  /** There is more at hand: come back now. */
  readonly more: boolean
  /** Gives back the memory of the answer. */
  readonly release: () => void
}

/** What the gaps and the cursor of 16 channels take of an answer at most, in bytes. */
const REST_BYTES = 16 * 1024
/** An answer of 1 MiB has room for so many bytes of events, or for one event. */
const EVENT_BYTES = 1024 * 1024 - REST_BYTES
/** While an answer is put together, its text and its bytes are there. */
const ANSWER_CLAIM = 2 * 1024 * 1024

/** Answers at once if there is anything to tell, else holds. Rejects with the log's errors. */
export async function poll(
  tails: readonly Tail[],
  memory: MemoryBudget,
  request: PollRequest,
): Promise<PollAnswer> {
  const { start, deadline, isWanted } = request
  const { reader, gaps } = await Reader.begin(tails, start, { patience: deadline, isWanted })
  const answer = new Answer(memory, request)
  try {
    let told = gaps.map(({ gap }) => gap)
    await answer.collect(reader)
    while (start.cursor !== undefined && answer.isEmpty && told.length === 0 && !deadline.aborted) {
      await change(tails, reader, deadline)
      await reader.prepare(deadline)
      told = reader.settle().map(({ gap }) => gap)
      await answer.collect(reader)
    }
    const cursor = reader.cursor()
    const more = reader.isBehind()
    return { events: answer.finish(), gaps: told, cursor, more, release: () => answer.release() }
  } catch (error) {
    answer.release()
    throw error
  } finally {
    reader.close()
  }
}

/** The events of an answer, within the memory for answers. */
class Answer {
  readonly #memory: MemoryBudget
  readonly #request: PollRequest
  #events: string[] = []
  #bytes = 0
  #claim: Claim | undefined

  constructor(memory: MemoryBudget, request: PollRequest) {
    this.#memory = memory
    this.#request = request
  }

  get isEmpty(): boolean {
    return this.#events.length === 0
  }

  /** Takes what is there, as far as it fits. What there is no room for in time stays for the next poll. */
  async collect(reader: Reader): Promise<void> {
    const { cut, deadline } = this.#request
    if (!reader.isBehind()) return
    this.#claim ??= await this.#memory.claim(ANSWER_CLAIM, cut, deadline)
    if (this.#claim === undefined) return
    for (let hasPrepared = false; ; hasPrepared = true) {
      const before = this.#events.length
      const isFull = this.#take(reader)
      if (isFull || !reader.isBehind()) return
      // What comes next is gone, or stands in another history, or there is no room to read it: the next
      // answer begins with that.
      if (hasPrepared && this.#events.length === before) return
      await reader.prepare(deadline)
    }
  }

  finish(): readonly string[] {
    if (this.#claim !== undefined) this.#memory.fill(this.#claim, this.#bytes)
    const events = this.#events
    // Whoever waits to release the answer must not hold its text meanwhile.
    this.#events = []
    return events
  }

  release(): void {
    if (this.#claim !== undefined) this.#memory.release(this.#claim)
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
