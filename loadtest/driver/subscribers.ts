import type { Pool } from 'undici'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SubscribeOptions } from './commands.ts'
import { monotonicNow } from './monotonic-clock.ts'
import { createPollPool } from './poll-pool.ts'
import { PollSubscriber } from './poll-subscriber.ts'
import type { Server } from './server.ts'
import { StreamSubscriber } from './stream-subscriber.ts'
import type { ObserveSubscriber } from './subscriber-observer.ts'
import type { Subscriber } from './subscriber.ts'
import { SwitchingSubscriber } from './switching-subscriber.ts'
import type { Gauges } from './tally.ts'
import { untilAborted } from './until-aborted.ts'

/** Connections that wait for an answer at once, where no rate is asked for. */
const OPENING_AT_ONCE = 64
/** Between two looks at what is due, in ms. */
const TICK = 10
/** Between two looks for silent connections, in ms. */
const SWEEP = 1_000

/** All subscribers of a driver. */
export class Subscribers {
  readonly #server: Server
  readonly #channels: readonly string[]
  readonly #observe: ObserveSubscriber
  /** The newest last. */
  readonly #subscribers: Subscriber[] = []
  /** Of all so far, so that they are spread evenly over the channels. */
  #created = 0
  #pool: Pool | undefined
  #sweep: NodeJS.Timeout | undefined

  constructor(server: Server, channels: readonly string[], observe: ObserveSubscriber) {
    this.#server = server
    this.#channels = channels
    this.#observe = observe
  }

  start(): void {
    // One timer for all: a timer for each would cost more than the streams themselves.
    let last = monotonicNow()
    this.#sweep = setInterval(() => {
      const now = monotonicNow()
      // A sweep that is late says that the driver was busy: what seems silent may be unread.
      const isLate = now - last > 2 * SWEEP * 1_000
      last = now
      if (isLate) return
      for (const subscriber of this.#subscribers) subscriber.checkSilence(now)
    }, SWEEP)
  }

  /**
   * Resolves when each has its place, was refused, or failed to connect. An abort leaves out those to come, and waits for
   * no answer.
   */
  async open(options: SubscribeOptions, signal = new AbortController().signal): Promise<void> {
    const opening =
      options.connectsPerSecond === undefined
        ? this.#openAsAnswered(options, signal)
        : this.#openAtRate(options, options.connectsPerSecond, signal)
    await untilAborted(signal, opening).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }

  gauges(): Gauges {
    let open = 0
    let waiting = 0
    for (const { state } of this.#subscribers) {
      if (state === 'open') open++
      else if (state === 'waiting') waiting++
    }
    return { subscribers: this.#subscribers.length, open, waiting }
  }

  /** Closes so many for good, the newest first. */
  unsubscribe(count: number): void {
    for (let closed = 0; closed < count; closed++) this.#subscribers.pop()?.close()
  }

  /** Destroys the connections of so many open subscribers. */
  cut(count: number): void {
    const open = this.#subscribers.filter(({ state }) => state === 'open')
    for (const subscriber of open.slice(0, count)) subscriber.cut()
  }

  readAtOnce(): void {
    for (const subscriber of this.#subscribers) subscriber.readAtOnce()
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    this.unsubscribe(this.#subscribers.length)
    await this.#pool?.destroy()
  }

  async #openAsAnswered(options: SubscribeOptions, signal: AbortSignal): Promise<void> {
    let remaining = options.count
    const openInTurn = async () => {
      while (remaining-- > 0) {
        if (signal.aborted) return
        await this.#create(options).start()
      }
    }
    await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openInTurn))
  }

  async #openAtRate(
    options: SubscribeOptions,
    perSecond: number,
    signal: AbortSignal,
  ): Promise<void> {
    const start = performance.now()
    const opening: Promise<void>[] = []
    while (opening.length < options.count) {
      if (signal.aborted) break
      const due = 1 + Math.floor(((performance.now() - start) / 1_000) * perSecond)
      while (opening.length < Math.min(due, options.count)) {
        opening.push(this.#create(options).start())
      }
      await sleep(TICK)
    }
    await Promise.all(opening)
  }

  #create(options: SubscribeOptions): Subscriber {
    const channel = this.#channels[this.#created++ % this.#channels.length]!
    const { kind, from, reading, cursor = '' } = options
    const start = { server: this.#server, channel, from, reading, cursor }
    const observer = this.#observe(channel, options)
    const subscriber =
      kind === 'stream'
        ? new StreamSubscriber(start, observer)
        : kind === 'poll'
          ? new PollSubscriber(this.#pollPool(), start, observer)
          : new SwitchingSubscriber(this.#pollPool(), start, observer)
    this.#subscribers.push(subscriber)
    return subscriber
  }

  #pollPool(): Pool {
    this.#pool ??= createPollPool(this.#server)
    return this.#pool
  }
}
