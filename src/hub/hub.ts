import type { Live } from '../lib/live-value.ts'
import type { EventLog } from '../log/event-log.ts'
import { FanOutGroup, type Selection } from './fan-out-group.ts'
import { HistoryBudget, type HistoryBudgetOptions } from './history-budget.ts'
import type { HubObserver } from './hub-observer.ts'
import type { RecentEventsLimits } from './recent-events.ts'
import type { StreamTracing } from './stream-tracing.ts'
import type { StreamSink } from './stream-sink.ts'
import { poll, type PollAnswer, type PollRequest } from './poll.ts'
import { Reader, type Start } from './reader.ts'
import type { StreamContext, StreamRequest, StreamSettings } from './stream-context.ts'
import { Subscriber } from './subscriber.ts'
import { SubscriberSweep } from './subscriber-sweep.ts'
import { TailRegistry } from './tail-registry.ts'
import { WriteScheduler } from './write-scheduler.ts'

export interface HubOptions {
  readonly log: EventLog
  readonly settings: Live<StreamSettings & RecentEventsLimits>
  readonly memory: HistoryBudgetOptions
  readonly observer: HubObserver
  readonly tracing: StreamTracing
  /** Ms for the `retry:` of a stream that is closed on purpose, jittered. */
  readonly retryAfterClose: StreamContext<Subscriber>['retryAfterClose']
}

interface GroupUse {
  readonly group: FanOutGroup
  users: number
}

/** Rounds in one heartbeat interval: a heartbeat is late by a tenth of it at most. */
const ROUNDS_PER_HEARTBEAT = 10
/** Time between two evictions of idle history, in ms. */
const EVICTION_INTERVAL = 1_000

/** The fan-out of one process, with the clocks that send heartbeats and end old or stalled streams. */
export class Hub {
  readonly #options: HubOptions
  readonly #scheduler = new WriteScheduler()
  readonly #memory: HistoryBudget
  readonly #tails: TailRegistry
  readonly #groups = new Map<string, GroupUse>()
  readonly #subscribers = new Set<Subscriber>()
  readonly #sweep: SubscriberSweep
  readonly #context: StreamContext<Subscriber>
  #evicting: NodeJS.Timeout | undefined
  #sweeping: NodeJS.Timeout | undefined

  constructor(options: HubOptions) {
    const { log, settings, memory, observer, tracing, retryAfterClose } = options
    this.#options = options
    this.#memory = new HistoryBudget(memory, settings)
    this.#tails = new TailRegistry(log, this.#memory)
    this.#sweep = new SubscriberSweep(this.#subscribers, this.#scheduler)
    this.#context = {
      settings,
      observer,
      tracing,
      retryAfterClose,
      scheduler: this.#scheduler,
      delivered: 0,
      release: (subscriber) => {
        this.#subscribers.delete(subscriber)
        this.#releaseGroup(subscriber.group)
      },
    }
  }

  /** Starts the clocks: streams get heartbeats and age from here on, and idle history is evicted. */
  start(): void {
    this.#evicting = setInterval(() => {
      const now = performance.now()
      this.#tails.evictIdle(now)
      this.#memory.evictIdle(now)
    }, EVICTION_INTERVAL).unref()
    this.#scheduleSweep()
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

  /** Starts a stream on a connection whose response head is written. */
  open(selection: Selection, sink: StreamSink, request: StreamRequest): Subscriber {
    const group = this.#acquireGroup(selection)
    const subscriber = new Subscriber(group, sink, request, this.#context)
    this.#subscribers.add(subscriber)
    void subscriber.open(request)
    return subscriber
  }

  /** Rejects with the log's errors. The caller releases the answer once it is sent. */
  async poll(channels: readonly string[], request: PollRequest): Promise<PollAnswer> {
    const tails = this.#tails.acquire(channels)
    try {
      return await poll(tails, this.#memory.answers, request)
    } finally {
      this.#tails.release(tails)
    }
  }

  /** The cursor from which a stream or poll would start. Rejects with the log's errors. */
  async locate(channels: readonly string[], start: Start): Promise<string> {
    const tails = this.#tails.acquire(channels)
    try {
      return await Reader.locate(tails, start)
    } finally {
      this.#tails.release(tails)
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
    for (const { group } of this.#groups.values()) group.close()
    this.#tails.close()
    this.#memory.close()
  }

  #acquireGroup(selection: Selection): FanOutGroup {
    const key = groupKey(selection)
    let use = this.#groups.get(key)
    if (use === undefined) {
      const tails = this.#tails.acquire(selection.channels)
      use = { group: new FanOutGroup(selection, tails, this.#scheduler), users: 0 }
      this.#groups.set(key, use)
    }
    use.users++
    return use.group
  }

  #releaseGroup(group: FanOutGroup): void {
    const key = groupKey(group.selection)
    const use = this.#groups.get(key)
    if (use === undefined || --use.users > 0) return
    this.#groups.delete(key)
    group.close()
    this.#tails.release(group.tails)
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

function groupKey({ channels, envelope, framing }: Selection): string {
  return `${framing} ${envelope ? 'envelope' : 'plain'} ${channels.join(' ')}`
}
