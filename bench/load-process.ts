import { fileURLToPath } from 'node:url'
import type { Outcome } from './load/load.ts'
import type { Answer, Order } from './load/orders.ts'
import { PinnedProcess } from './pinned-process.ts'

const MAIN = fileURLToPath(new URL('./load/main.ts', import.meta.url))

/** The process that makes the load, on core 1. Each method rejects with a sentence if a delivery is
 * missing, doubled, or a stream breaks. */
export class LoadProcess implements AsyncDisposable {
  readonly #process = new PinnedProcess('the load', 1, [MAIN])

  /** `publishers`: connections to publish on. */
  async begin(port: number, publishers: number): Promise<void> {
    await this.#order({ kind: 'begin', port, publishers })
  }

  async rehearse(events: number): Promise<void> {
    await this.#order({ kind: 'rehearse', events })
  }

  async connect(streams: number): Promise<void> {
    await this.#order({ kind: 'connect', streams })
  }

  async disconnect(): Promise<void> {
    await this.#order({ kind: 'disconnect' })
  }

  async pace(rate: number, seconds: number): Promise<Outcome> {
    return this.#run({ kind: 'pace', rate, seconds })
  }

  async saturate(inFlight: number, seconds: number): Promise<Outcome> {
    return this.#run({ kind: 'saturate', inFlight, seconds })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]()
  }

  async #run(order: Order): Promise<Outcome> {
    const outcome = await this.#order(order)
    if (outcome === undefined) throw new Error(`expected streams before ${order.kind}`)
    return outcome
  }

  async #order(order: Order): Promise<Outcome | undefined> {
    const answer = (await this.#process.ask(order)) as Answer
    if (answer.kind === 'failed') throw new Error(answer.reason)
    return answer.outcome
  }
}
