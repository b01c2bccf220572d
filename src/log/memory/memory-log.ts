import type { Live } from '../../lib/live-value.ts'
import { randomId } from '../../lib/random-id.ts'
import {
  LogUnavailable,
  type AppendResult,
  type EventLog,
  type Follower,
  type IdempotencyKey,
  type LogStatus,
  type NewEvent,
  type ReadRange,
  type ReadResult,
} from '../event-log.ts'
import { FORGET_AFTER } from '../retention.ts'
import { TraceWatchers, type TraceListener } from '../trace-watchers.ts'
import { ChannelHistory, EVENT_OVERHEAD_BYTES, type KeptEvent } from './channel-history.ts'
import { Followers } from './followers.ts'
import { IdempotencyKeys, keyBytes } from './idempotency-keys.ts'
import { Incarnations } from './incarnations.ts'
import { EvictionQueue } from './eviction-queue.ts'

/** Sizes in bytes, the age in ms. */
export interface MemoryLogBounds {
  readonly historyEvents: number
  readonly historyAge: number
  readonly historyBytes: number
  readonly logBytes: number
  readonly maxChannels: number
}

/** Rough heap cost of a channel without its events. */
const CHANNEL_OVERHEAD_BYTES = 512

const UPKEEP_INTERVAL = 1_000
/** Channels looked at in one upkeep: 100,000 of them are seen once in 100 s, against a 24 h limit. */
const CHANNELS_PER_UPKEEP = 1_000

/**
 * The log of a single process. It ends with the process, and so do all its epochs.
 *
 * When the whole log is full, the oldest events of all channels leave first: a quiet channel keeps its
 * history as long as there is room for it, and old events never shut out a new channel. Keys may take half
 * of the bytes and are never dropped early, since that would turn a retried publish into a second event.
 */
export class MemoryLog implements EventLog {
  readonly #bounds: Live<MemoryLogBounds>
  readonly #channels = new Map<string, ChannelHistory>()
  readonly #oldestFirst = new EvictionQueue()
  readonly #followers = new Followers()
  readonly #watchers = new TraceWatchers()
  readonly #keys = new IdempotencyKeys()
  readonly #incarnations = new Incarnations(performance.now())
  #upkeep: NodeJS.Timeout | undefined
  #forgetting: Iterator<[string, ChannelHistory]> | undefined
  #eventBytes = 0
  #closed = false

  constructor(bounds: Live<MemoryLogBounds>) {
    this.#bounds = bounds
  }

  /** Starts the upkeep: what is too old leaves the memory from here on, asked for or not. */
  start(): void {
    this.#upkeep = setInterval(() => {
      this.#expire(performance.now())
    }, UPKEEP_INTERVAL).unref()
  }

  // Async so that a throw becomes a rejection; each method does its work in one tick.
  async append(
    channel: string,
    events: readonly NewEvent[],
    key?: IdempotencyKey,
  ): Promise<AppendResult> {
    this.#assertOpen()
    const now = performance.now()
    const repeated = key && this.#keys.find(channel, key, now)
    if (repeated !== undefined) return repeated

    const sizes = events.map(countTextBytes)
    const bytes = sizes.reduce((sum, size) => sum + size + EVENT_OVERHEAD_BYTES, 0)
    const { historyEvents, historyBytes } = this.#bounds()
    if (events.length > historyEvents || bytes > historyBytes) {
      return { kind: 'too-large' }
    }
    const limit = this.#makeRoom(channel, bytes, key, now)
    if (limit !== undefined) return { kind: 'full', limit }

    const history = this.#channels.get(channel) ?? this.#create(channel, now)
    const first = history.top + 1
    const time = Date.now()
    const kept = events.map((event, index): KeptEvent => ({
      ...event,
      offset: first + index,
      time,
      textBytes: sizes[index]!,
      acceptedAt: now,
    }))
    for (const event of kept) history.push(event)
    this.#eventBytes += bytes
    this.#oldestFirst.add(history)
    this.#trim(history, now)

    const { epoch } = history
    const result = { kind: 'accepted', epoch, first, count: kept.length, repeated: false } as const
    if (key !== undefined) this.#keys.store(channel, key, result, now)
    this.#followers.tell(channel, epoch, kept)
    const { trace } = kept[0]!
    if (trace !== undefined) {
      const append = { channel, epoch, first, count: kept.length, time, trace }
      // In a microtask, as for followers.
      queueMicrotask(() => {
        this.#watchers.tell(append)
      })
    }
    return result
  }

  async read(channel: string, range: ReadRange): Promise<ReadResult> {
    this.#assertOpen()
    const now = performance.now()
    const history = this.#channels.get(channel)
    if (history === undefined) {
      const incarnations = this.#incarnations.known(now)
      return { history: { chain: [], incarnations, oldest: 1, top: 0 }, events: [] }
    }
    this.#trim(history, now)
    const { epoch, incarnations, oldest, top } = history
    return {
      history: { chain: [{ epoch, first: 1 }], incarnations, oldest, top },
      events: history.slice(range.after, range.maxEvents, range.maxBytes),
    }
  }

  async follow(channel: string, follower: Follower): Promise<() => void> {
    this.#assertOpen()
    const stop = this.#followers.add(channel, follower)
    this.#noteFollowed(channel, performance.now())
    return stop
  }

  reaches(): boolean {
    return !this.#closed
  }

  isLive(channel: string): boolean {
    return this.#followers.has(channel)
  }

  watchTraces(listener: TraceListener): () => void {
    return this.#watchers.add(listener)
  }

  status(): LogStatus {
    return {
      ready: true,
      reachable: !this.#closed,
      state: this.#closed ? 'away' : 'ok',
      troubles: [],
      details: {
        kind: 'memory',
        channels: this.#channels.size,
        bytes: this.#bytes,
        keys: this.#keys.size,
      },
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#upkeep)
    this.#followers.clear()
    this.#watchers.clear()
  }

  get #bytes(): number {
    return this.#eventBytes + this.#channels.size * CHANNEL_OVERHEAD_BYTES + this.#keys.bytes
  }

  #assertOpen(): void {
    if (this.#closed) throw new LogUnavailable('the memory log is closed')
  }

  #create(channel: string, now: number): ChannelHistory {
    const history = new ChannelHistory(randomId(8), this.#incarnations.known(now))
    this.#channels.set(channel, history)
    return history
  }

  /** Evicts until there is room for the append. Returns the bound that prevents it, or undefined. */
  #makeRoom(
    channel: string,
    eventBytes: number,
    key: IdempotencyKey | undefined,
    now: number,
  ): 'channels' | 'bytes' | 'keys' | undefined {
    const { maxChannels, logBytes } = this.#bounds()
    const isNew = !this.#channels.has(channel)
    if (isNew && this.#channels.size >= maxChannels) return 'channels'

    this.#keys.expire(now)
    const newKeyBytes = key === undefined ? 0 : keyBytes(channel, key.key)
    if (newKeyBytes > 0 && this.#keys.bytes + newKeyBytes > logBytes / 2) return 'keys'

    const needed = eventBytes + newKeyBytes + (isNew ? CHANNEL_OVERHEAD_BYTES : 0)
    if (this.#bytes - this.#eventBytes + needed > logBytes) return 'bytes'
    while (this.#bytes + needed > logBytes) this.#trimOldestOf(this.#oldestFirst.peek()!)
    return undefined
  }

  #trim(history: ChannelHistory, now: number): void {
    const { historyEvents, historyBytes, historyAge } = this.#bounds()
    while (history.size > historyEvents || history.bytes > historyBytes) this.#trimOldestOf(history)
    for (
      let oldest = history.oldestEvent;
      oldest !== undefined && oldest.acceptedAt <= now - historyAge;
      oldest = history.oldestEvent
    ) {
      this.#trimOldestOf(history)
    }
  }

  #trimOldestOf(history: ChannelHistory): void {
    this.#eventBytes -= history.trimOldest()
  }

  #expire(now: number): void {
    this.#keys.expire(now)
    const { historyAge } = this.#bounds()
    for (
      let history = this.#oldestFirst.peek();
      history !== undefined && history.oldestEvent!.acceptedAt <= now - historyAge;
      history = this.#oldestFirst.peek()
    ) {
      this.#trim(history, now)
    }
    this.#forget(now)
  }

  /** Forgets channels whose history is long gone, a slice of them at a time. */
  #forget(now: number): void {
    const forgetAt = now - this.#bounds().historyAge - FORGET_AFTER
    this.#forgetting ??= this.#channels.entries()
    for (let seen = 0; seen < CHANNELS_PER_UPKEEP; seen++) {
      const next = this.#forgetting.next()
      if (next.done === true) {
        this.#forgetting = undefined
        return
      }
      const [channel, history] = next.value
      this.#noteFollowed(channel, now)
      if (history.size === 0 && history.lastUseAt <= forgetAt) this.#channels.delete(channel)
    }
  }

  /**
   * A follower keeps its channel from being forgotten for a while after it has left, too: a client whose
   * connection drops must find its position when it comes back.
   */
  #noteFollowed(channel: string, now: number): void {
    const history = this.#channels.get(channel)
    if (history !== undefined && this.#followers.has(channel)) history.lastUseAt = now
  }
}

function countTextBytes({ name, data, trace }: NewEvent): number {
  const text = Buffer.byteLength(name) + Buffer.byteLength(data)
  if (trace === undefined) return text
  return text + trace.traceparent.length + (trace.tracestate?.length ?? 0)
}
