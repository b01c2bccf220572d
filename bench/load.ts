import { setTimeout as sleep } from 'node:timers/promises'
import type { Judgement, SubscribeOptions } from '../loadtest/driver/commands.ts'
import { DriverProcess } from '../loadtest/driver/driver-process.ts'
import type { Amounts } from './amounts.ts'
import type { MeasuredServer } from './contenders/contender.ts'
import { LoadTotals } from './load-totals.ts'
import { LOAD_CORE } from './processes/pinned-process.ts'

/** Bytes of an event's data. */
const BYTES = 128
/** Publishes under way, where events are published as fast as they are answered. */
const IN_FLIGHT = 16
/** Events published, and not yet with every subscriber, while a server is saturated: no server here runs out of them. */
export const SATURATING = 256
/** Milliseconds between two looks at the streams that were cut. */
const LOOK = 20
/** Distinguishes events of this load from others; each server here has no other. */
const RUN_ID = 'load'

/** What came of publishing, with every delivery accounted for. */
export interface Outcome {
  /** Events that the server accepted. */
  readonly published: number
  readonly deliveries: number
  /** From the first publish to its last answer. */
  readonly seconds: number
  /** From the moment an event was due to its arrival, in ms. */
  readonly p50: number
  readonly p99: number
  /** Share of its core that the load used, 0 to 1. */
  readonly driverShare: number
}

/** What came of streams that were cut. */
export interface Reconnection {
  /** From the cut until the last stream was open again. */
  readonly seconds: number
  /** From a stream's first attempt to the head of the answer that gave it a place, in ms. */
  readonly connectP99: number
}

/** What streams do that resume after a cursor. */
export interface Resuming {
  readonly streams: number
  readonly cursor: string
  /** Kept after the cursor. */
  readonly events: number
  /** Seconds that the last of them may take to come. */
  readonly limit: number
}

/** The subscribers and the publisher of one server: one driver of the load test, which does both. */
export class Load implements AsyncDisposable {
  readonly #driver: DriverProcess
  readonly #totals: LoadTotals
  readonly #channels: number
  readonly #limit: number
  #subscribers = 0

  private constructor(driver: DriverProcess, totals: LoadTotals, channels: number, limit: number) {
    this.#driver = driver
    this.#totals = totals
    this.#channels = channels
    this.#limit = limit
  }

  static async start(
    { address }: Pick<MeasuredServer, 'address'>,
    channels: number,
    { arrivalLimit }: Pick<Amounts, 'arrivalLimit'>,
  ): Promise<Load> {
    const totals = new LoadTotals()
    await using stack = new AsyncDisposableStack()
    const driver = stack.use(
      DriverProcess.start({
        core: LOAD_CORE,
        onTally: (tally) => {
          totals.add(tally)
        },
      }),
    )
    const names = Array.from({ length: channels }, (_, index) => channelName(index))
    await driver.prepare({ address, channels: names, runId: RUN_ID, driver: 0 })
    stack.move()
    return new Load(driver, totals, channels, arrivalLimit)
  }

  /** Publishes at least so many events while there are no subscribers. */
  async rehearse(events: number): Promise<void> {
    await this.publishAtOnce(Math.ceil(events / this.#channels))
  }

  /** Opens streams, spread evenly over the channels. Throws if the server refuses one. */
  async subscribe(count: number): Promise<void> {
    await this.#open({ count })
  }

  async #open(options: Pick<SubscribeOptions, 'count' | 'cursor'>): Promise<void> {
    const { count } = options
    const reading = { kind: 'at-once' } as const
    await this.#driver.subscribe({ kind: 'stream', reading, from: 'latest', ...options })
    this.#subscribers += count
    const { open } = this.#totals
    if (open < this.#subscribers) {
      throw new Error(`expected ${this.#subscribers} streams to open, got ${open}`)
    }
  }

  async unsubscribe(count: number): Promise<void> {
    await this.#driver.unsubscribe(count)
    this.#subscribers -= count
  }

  /** Events at fixed times, whether or not the server keeps up; the rate is over all channels. */
  async publish(rate: number, seconds: number): Promise<void> {
    await this.#driver.publish({ rate, seconds, bytes: BYTES })
  }

  /** So many events to each channel. */
  async publishAtOnce(events: number): Promise<void> {
    await this.#driver.publishAtOnce({ events, bytes: BYTES, inFlight: IN_FLIGHT })
  }

  /** So many events to each channel, so that their numbers tell their order. */
  async publishOneByOne(events: number, bytes: number): Promise<void> {
    await this.#driver.publishAtOnce({ events, bytes, inFlight: 1 })
  }

  /** Events of the first channel, each as soon as the earlier ones have arrived. */
  async saturate(seconds: number): Promise<void> {
    await this.#driver.saturate({ inFlight: SATURATING, seconds, bytes: BYTES })
  }

  /** Resolves when all that was published has arrived. Throws unless each subscriber got each event exactly once. */
  async run(publish: () => Promise<void>): Promise<Outcome> {
    this.#totals.reset()
    const start = performance.now()
    await publish()
    const seconds = (performance.now() - start) / 1e3
    assertComplete(await this.#driver.judge(await this.#driver.published(), this.#limit))
    this.#totals.assertUndisturbed()
    return { seconds, ...this.#totals.deliveries() }
  }

  /** Cuts all streams at once; resolves when they are all back. */
  async cutAll(): Promise<Reconnection> {
    const count = this.#subscribers
    this.#totals.reset()
    const start = performance.now()
    await this.#driver.cut(count)
    while (this.#totals.reconnects < count || this.#totals.open < count) {
      const waited = (performance.now() - start) / 1e3
      if (waited > this.#limit) {
        throw new Error(`expected ${count} streams to come back, got ${this.#totals.open}`)
      }
      await sleep(LOOK)
      // Each answer comes with a tally, which would else come once a second.
      await this.unsubscribe(0)
    }
    return { seconds: (performance.now() - start) / 1e3, connectP99: this.#totals.connectP99() }
  }

  /**
   * Opens streams that resume after a cursor. What follows it is all that was published, one by one. Resolves, with the
   * seconds that it took, when each stream has got all of it. Throws unless it got each event once and in order.
   */
  async resume({ streams, cursor, events, limit }: Resuming): Promise<number> {
    this.#totals.reset()
    const owed = streams * events
    const start = performance.now()
    await this.#open({ count: streams, cursor })
    let seconds = 0
    for (;;) {
      seconds = (performance.now() - start) / 1e3
      const { deliveries } = this.#totals.deliveries()
      if (deliveries >= owed) break
      if (seconds > limit) {
        throw new Error(`expected ${owed} events of the backlog, got ${deliveries}`)
      }
      await sleep(LOOK)
      await this.unsubscribe(0)
    }
    // What comes once too often comes within the silence that the judge waits for.
    assertComplete(await this.#driver.judge(await this.#driver.published(), 0, [], true))
    this.#totals.assertUndisturbed()
    return seconds
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#driver[Symbol.asyncDispose]()
  }
}

/** Of a load's channels, counted from 0. */
export function channelName(index: number): string {
  return `bench-${index + 1}`
}

function assertComplete(judgement: Judgement): void {
  const { owed, lost, announced, duplicated, reordered, corrupted, falseGaps } = judgement
  const missing = lost + announced
  const wrong = duplicated + reordered + corrupted + falseGaps
  if (missing > 0) throw new Error(`${missing} of ${owed} deliveries are missing`)
  if (wrong > 0) {
    throw new Error(`${wrong} of ${owed} deliveries are repeated, out of order or changed`)
  }
}
