import { fileURLToPath } from 'node:url'
import type { Outcome } from './load/load.ts'
import type { LoadResult, LoadCommand } from './load/load-commands.ts'
import { PinnedProcess } from './pinned-process.ts'

const MAIN = fileURLToPath(new URL('./load/main.ts', import.meta.url))

/**
 * The process that generates the load, on core 1. Each method rejects with a sentence if a delivery is missing or
 * duplicated, or if a stream breaks.
 */
export class LoadProcess implements AsyncDisposable {
  readonly #process = new PinnedProcess('the load', 1, [MAIN])

  /** `publishers`: connections to publish on. */
  async begin(port: number, publishers: number): Promise<void> {
    await this.#command({ kind: 'begin', port, publishers })
  }

  async rehearse(events: number): Promise<void> {
    await this.#command({ kind: 'rehearse', events })
  }

  async connect(streams: number): Promise<void> {
    await this.#command({ kind: 'connect', streams })
  }

  async disconnect(): Promise<void> {
    await this.#command({ kind: 'disconnect' })
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

  async #run(command: LoadCommand): Promise<Outcome> {
    const outcome = await this.#command(command)
    if (outcome === undefined) throw new Error(`expected streams before ${command.kind}`)
    return outcome
  }

  async #command(command: LoadCommand): Promise<Outcome | undefined> {
    const answer = (await this.#process.ask(command)) as LoadResult
    if (answer.kind === 'failed') throw new Error(answer.reason)
    return answer.outcome
  }
}
