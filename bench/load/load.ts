import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { Arrivals } from './arrivals.ts'
import { stampedPayload } from './timestamped-payload.ts'
import { Stream } from './stream.ts'

/** The result of a load, with every delivery counted. */
export interface Outcome {
  readonly deliveries: number
  /** From the first publish to the last delivery. */
  readonly seconds: number
  /** From the moment an event was due to its arrival, in ms. */
  readonly p50: number
  readonly p99: number
}

/** Streams opened at a time: a listen queue that overflows would measure retries. */
const BLOCK = 64
/** Milliseconds that the last deliveries may take. */
const ARRIVAL_LIMIT = 15_000
/** Milliseconds after the last delivery, in which a duplicate would arrive. */
const SILENCE = 50

/** Subscribers and a publisher of one server. */
export class Load {
  readonly #port: number
  readonly #publishers: Pool
  readonly #arrivals = new Arrivals()
  readonly #streams: Stream[] = []
  #published = 0
  #answers: Promise<void>[] = []

  /** `publishers`: connections to publish on, each with one request at a time. */
  constructor(port: number, publishers: number) {
    this.#port = port
    this.#publishers = new Pool(`http://127.0.0.1:${port}`, { connections: publishers })
  }

  /** Opens streams; resolves when all of them have got their head. */
  async connect(count: number): Promise<void> {
    for (let left = count; left > 0; left -= BLOCK) {
      const block = Array.from(
        { length: Math.min(BLOCK, left) },
        () => new Stream(this.#port, '/stream/bench', this.#arrivals),
      )
      this.#streams.push(...block)
      await Promise.all(block.map(async (stream) => stream.opened))
    }
  }

  async disconnect(): Promise<void> {
    await Promise.all(this.#streams.splice(0).map(async (stream) => stream.close()))
  }

  /** Publishes without subscribers, so that the code is compiled before it is measured. */
  async rehearse(count: number): Promise<void> {
    for (let left = count; left > 0; left -= BLOCK) {
      const payloads = Array.from({ length: Math.min(BLOCK, left) }, () => stampedPayload(0))
      await Promise.all(payloads.map(async (payload) => this.#post(payload)))
    }
  }

  /** Publishes at a fixed rate, whether or not the server keeps up. */
  async pace(rate: number, seconds: number): Promise<Outcome> {
    return this.#measure(async () => {
      const start = performance.now()
      for (let count = 0; count < rate * seconds; count++) {
        const due = start + (count * 1_000) / rate
        await sleep(Math.max(0, due - performance.now()))
        this.#publish(due)
      }
    })
  }

  /** Publishes as fast as the events reach every subscriber, with so many of them under way. */
  async saturate(inFlight: number, seconds: number): Promise<Outcome> {
    return this.#measure(async () => {
      const end = performance.now() + seconds * 1_000
      while (performance.now() < end) {
        const arrived = (this.#published - inFlight + 1) * this.#streams.length
        await this.#arrivals.reach(arrived, ARRIVAL_LIMIT)
        this.#publish(performance.now())
      }
    })
  }

  /** Rejects unless each stream got each event exactly once. */
  async #measure(publish: () => Promise<void>): Promise<Outcome> {
    const { total } = this.#arrivals
    const latencies = this.#arrivals.recordLatencies()
    const start = performance.now()
    await publish()
    await Promise.all(this.#answers.splice(0))
    await this.#arrivals.reach(this.#published * this.#streams.length, ARRIVAL_LIMIT)
    const seconds = (performance.now() - start) / 1_000
    await sleep(SILENCE)
    for (const { received } of this.#streams) {
      if (received === this.#published) continue
      throw new Error(`expected ${this.#published} events on each stream, one got ${received}`)
    }
    return {
      deliveries: this.#arrivals.total - total,
      seconds,
      p50: latencies.percentile(50) / 1_000,
      p99: latencies.percentile(99) / 1_000,
    }
  }

  #publish(due: number): void {
    this.#published++
    const answer = this.#post(stampedPayload(due))
    // The answer is awaited only at the end of the measurement, so a failure is reported here.
    answer.catch((error: unknown) => {
      this.#arrivals.fail(error instanceof Error ? error : new Error(String(error)))
    })
    this.#answers.push(answer)
  }

  async #post(payload: string): Promise<void> {
    const status = await this.#request(payload).catch((cause: unknown) => {
      throw new Error('expected an answer to every publish, the connection broke', { cause })
    })
    if (status >= 300) throw new Error(`expected a publish to be accepted, got ${status}`)
  }

  async #request(payload: string): Promise<number> {
    const { statusCode, body } = await this.#publishers.request({
      method: 'POST',
      path: '/publish/bench',
      headers: { 'content-type': 'text/plain' },
      body: payload,
    })
    await body.dump()
    return statusCode
  }
}
