import type {
  Address,
  Answer,
  Command,
  Judgement,
  Published,
  PublishOptions,
  SubscribeOptions,
} from '../driver/commands.ts'
import type { Driver } from './driver.ts'
import { share } from './share.ts'

/** A publish of a backlog keeps so many requests under way. */
const IN_FLIGHT = 32

export interface Preparation {
  readonly address: Address
  readonly channels: readonly string[]
  readonly runId: string
}

/** One driver that publishes, and others that share the subscribers. */
export class DriverGroup implements AsyncDisposable {
  readonly #publisher: Driver
  readonly #subscribers: readonly Driver[]

  constructor(publisher: Driver, subscribers: readonly Driver[]) {
    this.#publisher = publisher
    this.#subscribers = subscribers
  }

  async prepare({ channels, ...rest }: Preparation): Promise<void> {
    const { length } = this.#subscribers
    await Promise.all([
      this.#publisher.command({ kind: 'prepare', channels, ...rest, driver: length }),
      ...this.#subscribers.map(async (driver, index) => {
        // Each begins its round at another channel, or all would leave the same ones empty.
        const start = Math.floor((index * channels.length) / length)
        const own = [...channels.slice(start), ...channels.slice(0, start)]
        return driver.command({ kind: 'prepare', channels: own, ...rest, driver: index })
      }),
    ])
  }

  async subscribe({ count, connectsPerSecond, ...rest }: SubscribeOptions): Promise<void> {
    const { length } = this.#subscribers
    const limit =
      connectsPerSecond === undefined ? {} : { connectsPerSecond: connectsPerSecond / length }
    await this.#each(count, (part) => ({
      kind: 'subscribe',
      options: { count: part, ...limit, ...rest },
    }))
  }

  async unsubscribe(count: number): Promise<void> {
    await this.#each(count, (part) => ({ kind: 'unsubscribe', count: part }))
  }

  async cut(count: number): Promise<void> {
    await this.#each(count, (part) => ({ kind: 'cut', count: part, isAtOnce: true }))
  }

  async publish(options: PublishOptions): Promise<void> {
    await this.#publisher.command({ kind: 'publish', options })
  }

  async publishAtOnce(events: number, bytes: number): Promise<void> {
    await this.#publisher.command({
      kind: 'publish-at-once',
      events,
      bytes,
      inFlight: IN_FLIGHT,
    })
  }

  /** Ends a running publish. */
  async stopPublishing(): Promise<void> {
    await this.#publisher.command({ kind: 'stop' })
  }

  /** Judges what all subscribers got by the publisher's own record; waits for what is under way, `limit` seconds at most. */
  async judge(limit: number): Promise<Judgement> {
    const published = await this.#published()
    const judgements = await Promise.all(
      this.#subscribers.map(async (driver) => {
        const answer = await driver.command({ kind: 'judge', published, limit })
        if (answer.kind !== 'judged') throw unexpected(answer)
        return answer.judgement
      }),
    )
    return judgements.reduce(addJudgements)
  }

  async #published(): Promise<Published> {
    const answer = await this.#publisher.command({ kind: 'published' })
    if (answer.kind !== 'published') throw unexpected(answer)
    return answer.published
  }

  async #each(count: number, toCommand: (part: number) => Command): Promise<void> {
    const parts = share(count, this.#subscribers.length)
    await Promise.all(
      this.#subscribers.map(async (driver, index) => {
        const part = parts[index]!
        if (part > 0) await driver.command(toCommand(part))
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const drivers = [this.#publisher, ...this.#subscribers]
    await Promise.all(drivers.map((driver) => driver[Symbol.asyncDispose]()))
  }
}

const EXAMPLES = 20

function addJudgements(a: Judgement, b: Judgement): Judgement {
  return {
    expected: a.expected + b.expected,
    delivered: a.delivered + b.delivered,
    lost: a.lost + b.lost,
    announced: a.announced + b.announced,
    duplicated: a.duplicated + b.duplicated,
    reordered: a.reordered + b.reordered,
    corrupted: a.corrupted + b.corrupted,
    falseGaps: a.falseGaps + b.falseGaps,
    examples: [...a.examples, ...b.examples].slice(0, EXAMPLES),
  }
}

function unexpected(answer: Answer): Error {
  return new Error(`expected another answer of a driver, got ${answer.kind}`)
}
