import type { Address, Judgement, PublishOptions, SubscribeOptions } from '../driver/commands.ts'
import { addJudgements } from './add-judgements.ts'
import type { Driver } from './driver.ts'
import { monotonicSeconds } from './monotonic-seconds.ts'
import { share } from './share.ts'
import { untilAborted } from '../driver/until-aborted.ts'

/** A publish of a backlog keeps so many requests under way. */
const IN_FLIGHT = 32

/** Seconds for what a driver is just doing, such as a publish without an answer, and for the judging itself. */
const ANSWER_TIME = 40

export interface Preparation {
  readonly address: Address
  readonly channels: readonly string[]
  readonly runId: string
}

/** One driver that publishes, and others that share the subscribers. */
export class DriverGroup implements AsyncDisposable {
  readonly #publisher: Driver
  readonly #subscribers: readonly Driver[]
  readonly #answerTime: number
  /** When each driver has carried out what it was told: it takes one command at a time. */
  readonly #idle = new Map<Driver, Promise<unknown>>()
  /** Until when a judgement waits for what is under way. */
  #waitsUntil = 0

  constructor(publisher: Driver, subscribers: readonly Driver[], answerTime = ANSWER_TIME) {
    this.#publisher = publisher
    this.#answerTime = answerTime
    this.#subscribers = subscribers
  }

  async prepare({ channels, ...rest }: Preparation): Promise<void> {
    const { length } = this.#subscribers
    await Promise.all([
      this.#publish(async (driver) => driver.prepare({ channels, ...rest, driver: length })),
      ...this.#subscribers.map(async (driver, index) => {
        // Each begins its round at another channel, or all would leave the same ones empty.
        const start = Math.floor((index * channels.length) / length)
        const own = [...channels.slice(start), ...channels.slice(0, start)]
        await driver.prepare({ channels: own, ...rest, driver: index })
      }),
    ])
  }

  async subscribe({ count, connectsPerSecond, ...rest }: SubscribeOptions): Promise<void> {
    const { length } = this.#subscribers
    const pace =
      connectsPerSecond === undefined ? {} : { connectsPerSecond: connectsPerSecond / length }
    await this.#share(count, async (driver, part) =>
      driver.subscribe({ count: part, ...pace, ...rest }),
    )
  }

  async unsubscribe(count: number): Promise<void> {
    await this.#share(count, async (driver, part) => driver.unsubscribe(part))
  }

  async cut(count: number): Promise<void> {
    await this.#share(count, async (driver, part) => driver.cut(part))
  }

  async readAtOnce(): Promise<void> {
    await this.#ofEach(async (driver) => driver.readAtOnce())
  }

  async publish(options: PublishOptions): Promise<void> {
    await this.#publish(async (driver) => driver.publish(options))
  }

  async publishAtOnce(events: number, bytes: number): Promise<void> {
    await this.#publish(async (driver) =>
      driver.publishAtOnce({ events, bytes, inFlight: IN_FLIGHT }),
    )
  }

  /** Ends a running publish, which then resolves. */
  stopPublishing(): void {
    this.#publisher.stop()
  }

  /** Ends all that the drivers are doing, which then resolves. */
  stop(): void {
    this.#waitsUntil = 0
    for (const driver of [this.#publisher, ...this.#subscribers]) driver.stop()
  }

  /**
   * Judges what all subscribers got by the publisher's own record; waits for what is under way, `limit` seconds at most.
   * Rejects if a driver does not answer then.
   */
  async judge(limit: number): Promise<Judgement> {
    const seconds = limit + this.#answerTime
    const late = AbortSignal.timeout(seconds * 1_000)
    try {
      return await untilAborted(late, this.#judge(limit))
    } catch (error) {
      if (!late.aborted) throw error
      throw new Error(`no judgement came within ${seconds} s: a driver does not answer`, {
        cause: error,
      })
    }
  }

  async #judge(limit: number): Promise<Judgement> {
    const published = await this.#publish(async (driver) => driver.published())
    this.#waitsUntil = monotonicSeconds() + limit
    const seen = await this.#ofEach(async (driver) => driver.awaitEvents(published, limit))
    const left = Math.max(0, this.#waitsUntil - monotonicSeconds())
    const judgements = await this.#ofEach(async (driver) =>
      driver.judge(published, left, seen.flat()),
    )
    return judgements.reduce(addJudgements)
  }

  async #publish<T>(action: (driver: Driver) => Promise<T>): Promise<T> {
    return this.#whenIdle(this.#publisher, async () => action(this.#publisher))
  }

  /** Of each driver with subscribers. */
  async #ofEach<T>(action: (driver: Driver) => Promise<T>): Promise<readonly T[]> {
    return Promise.all(
      this.#subscribers.map(async (driver) => this.#whenIdle(driver, async () => action(driver))),
    )
  }

  async #share(
    count: number,
    action: (driver: Driver, part: number) => Promise<void>,
  ): Promise<void> {
    const parts = share(count, this.#subscribers.length)
    await Promise.all(
      this.#subscribers.map(async (driver, index) => {
        const part = parts[index]!
        if (part > 0) await this.#whenIdle(driver, async () => action(driver, part))
      }),
    )
  }

  async #whenIdle<T>(driver: Driver, action: () => Promise<T>): Promise<T> {
    const before = this.#idle.get(driver)
    const done = (async () => {
      // Who gave the earlier command hears of its failure.
      await before?.catch(() => {})
      return action()
    })()
    this.#idle.set(driver, done)
    return done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const drivers = [this.#publisher, ...this.#subscribers]
    await Promise.all(drivers.map((driver) => driver[Symbol.asyncDispose]()))
  }
}
