import type { Live } from '../lib/live-value.ts'
import type { EventLog } from '../log/event-log.ts'
import type { Selection } from './fan-out-group.ts'
import { FanOutGroups } from './fan-out-groups.ts'
import { FanOutTraces } from './fan-out-traces.ts'
import { FlushTimer } from './flush-timer.ts'
import { HistoryBudget, type HistoryBudgetOptions } from './history-budget.ts'
import type { HubObserver } from './hub-observer.ts'
import type { RecentEventsLimits } from './recent-events.ts'
import type { StreamTracing } from './stream-tracing.ts'
import type { StreamSink } from './stream-sink.ts'
import { poll, type PollAnswer, type PollRequest } from './poll.ts'
import { locateReader } from './begin-reader.ts'
import type { Start } from './reader.ts'
import type { StreamContext, StreamRequest, StreamSettings } from './stream-context.ts'
import { Subscriber } from './subscriber.ts'
import { SubscriberSweep } from './subscriber-sweep.ts'
import { TailRegistry } from './tail-registry.ts'
import { TraceAnnouncements } from './trace-announcements.ts'
import { WriteScheduler } from './write-scheduler.ts'

export interface HubOptions {
  readonly log: EventLog
  readonly settings: Live<StreamSettings & RecentEventsLimits>
  readonly memory: HistoryBudgetOptions
  readonly observer: HubObserver
  readonly tracing: StreamTracing
  /** Ms for the `retry:` of a closing event, jittered. */
  readonly retryAfterClose: StreamContext<Subscriber>['retryAfterClose']
}

/** Rounds in one heartbeat interval: a heartbeat is late by a tenth of it at most. */
const ROUNDS_PER_HEARTBEAT = 10
/** Time between two evictions of idle history, and of overdue traces, in ms. */
const EVICTION_INTERVAL = 1_000

/** The fan-out of one process, with the clocks that send heartbeats and end old or stalled streams. */
export class Hub {
  readonly #options: HubOptions
  readonly #scheduler = new WriteScheduler()
  readonly #flushes: FlushTimer
  readonly #memory: HistoryBudget
  readonly #tails: TailRegistry
  readonly #groups: FanOutGroups
  readonly #fanOutTraces: FanOutTraces
  readonly #announcements: TraceAnnouncements
  readonly #subscribers = new Set<Subscriber>()
  readonly #sweep: SubscriberSweep
  readonly #context: StreamContext<Subscriber>
  #evicting: NodeJS.Timeout | undefined
  #sweeping: NodeJS.Timeout | undefined

  constructor(options: HubOptions) {
    const { log, settings, memory, observer, tracing, retryAfterClose } = options
    this.#options = options
    this.#memory = new HistoryBudget(memory, settings)
    this.#tails = new TailRegistry(log, this.#memory, (tail, events, source) => {
      observer.received(tail.channel, events)
      if (tracing.isOn) this.#fanOutTraces.received(tail, events, source)
    })
    this.#flushes = new FlushTimer(settings, this.#memory.live)
    this.#groups = new FanOutGroups(this.#tails, {
      flushes: this.#flushes,
      scheduler: this.#scheduler,
      observer,
      memory: this.#memory.pages.budget,
    })
    this.#fanOutTraces = new FanOutTraces(this.#groups, tracing)
    this.#announcements = new TraceAnnouncements(log, this.#tails, this.#fanOutTraces)
    this.#sweep = new SubscriberSweep(this.#subscribers, this.#scheduler)
    this.#context = {
      settings,
      observer,
      tracing,
      retryAfterClose,
      scheduler: this.#scheduler,
      delivered: 0,
      sentBytes: 0,
      replayed: 0,
      lateEvents: 0,
      droppedEvents: 0,
      release: (subscriber) => {
        this.#subscribers.delete(subscriber)
        this.#groups.release(subscriber.group)
      },
    }
  }

  /**
   * Starts the clocks: streams get heartbeats and age from here on, and idle history is evicted. Where this process
   * traces, it watches for traced appends.
   */
  start(): void {
    this.#evicting = setInterval(() => {
      const now = performance.now()
      this.#tails.evictIdle(now)
      this.#memory.evictIdle(now)
      this.#announcements.settle(now)
      this.#fanOutTraces.endOverdue(now)
    }, EVICTION_INTERVAL).unref()
    this.#scheduleSweep()
    // The watch costs a connection to Redis.
    if (this.#options.tracing.isOn) this.#announcements.start()
  }

  /** Open streams, including those that have not found their start position yet. */
  get subscribers(): ReadonlySet<Subscriber> {
    return this.#subscribers
  }

  /** Number of channels with an open tail: those in use, or used a moment ago. */
  get channels(): number {
    return this.#tails.size
  }

  /** Events handed to sockets since the start, all streams together. */
  get delivered(): number {
    return this.#context.delivered
  }

  /** Bytes handed to sockets since the start, without the heads of responses. */
  get sentBytes(): number {
    return this.#context.sentBytes
  }

  /** Those of the delivered events that were read from the log, for streams that were behind. */
  get replayed(): number {
    return this.#context.replayed
  }

  /** Those of the replayed events that went to streams which had been live before, and had fallen behind. */
  get lateEvents(): number {
    return this.#context.lateEvents
  }

  /** Events that live streams were not given, since their buffers were full. */
  get droppedEvents(): number {
    return this.#context.droppedEvents
  }

  /** Bytes that wait for the sockets of all streams, and the most that wait for one. Looks at each stream. */
  bufferedBytes(): { readonly total: number; readonly max: number } {
    let total = 0
    let max = 0
    for (const { pendingBytes } of this.#subscribers) {
      total += pendingBytes
      if (pendingBytes > max) max = pendingBytes
    }
    return { total, max }
  }

  /** Each channel with open streams, and their number. */
  subscriptions(): IterableIterator<readonly [channel: string, streams: number]> {
    return this.#groups.subscriptions()
  }

  /**
   * Starts a stream on a connection whose response head is written, or leaves together with the first bytes: where the
   * channels are open here, and the start is in memory, these are written before it returns. If this throws, the slot
   * is still the caller's.
   */
  open(selection: Selection, sink: StreamSink, request: StreamRequest): Subscriber {
    const group = this.#groups.acquire(selection)
    const subscriber = new Subscriber(group, sink, request, this.#context)
    this.#subscribers.add(subscriber)
    subscriber.open()
    return subscriber
  }

  /** Rejects with the log's errors. The caller releases the answer once it is sent. */
  async poll(channels: readonly string[], request: PollRequest): Promise<PollAnswer> {
    const user = this.#tails.acquire(channels, (tails) => ({ tails }))
    try {
      return await poll(user.tails, this.#memory.answers, request)
    } finally {
      this.#tails.release(user)
    }
  }

  /** The cursor from which a stream or poll would start. Rejects with the log's errors. */
  async locate(channels: readonly string[], start: Start): Promise<string> {
    const user = this.#tails.acquire(channels, (tails) => ({ tails }))
    try {
      return await locateReader(user.tails, start)
    } finally {
      this.#tails.release(user)
    }
  }

  /** Ends the streams of peers that the kernel has found dead. */
  cutVanished(peers: ReadonlySet<string>): void {
    for (const subscriber of this.#subscribers) {
      if (peers.has(subscriber.peer)) subscriber.cut('vanished')
    }
  }

  /** Stops the clocks and ends the subscriptions to the log. Close the streams before. */
  close(): void {
    clearInterval(this.#evicting)
    clearTimeout(this.#sweeping)
    this.#announcements.close()
    this.#groups.close()
    this.#flushes.close()
    this.#fanOutTraces.close()
    this.#tails.close()
    this.#memory.close()
  }

  #scheduleSweep(): void {
    const interval = this.#options.settings().heartbeat / ROUNDS_PER_HEARTBEAT
    this.#sweeping = setTimeout(
      () => {
        this.#sweep.begin()
        this.#scheduleSweep()
      },
      Math.min(Math.max(interval, 10), 1_000),
    ).unref()
  }
}
