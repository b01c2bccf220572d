import { setTimeout } from 'node:timers/promises'
import { publishText } from '../support/clients/requests.ts'

/** Publishes numbers through the Service, one after the other, until it is stopped. */
export class Publisher implements AsyncDisposable {
  /** The data of each event by its id. */
  readonly accepted = new Map<string, string>()
  /** The data of publishes without an answer: a killed pod may have accepted them. */
  readonly unanswered = new Set<string>()
  readonly #publishing: Promise<void>
  readonly #publish: () => Promise<string>
  #number = 0
  #isStopped = false

  /** `every` is in ms. */
  constructor(url: string, channel: string, every: number) {
    this.#publish = async () => {
      this.#number++
      const data = String(this.#number)
      this.unanswered.add(data)
      const id = await publishText(url, channel, data)
      this.unanswered.delete(data)
      this.accepted.set(id, data)
      return id
    }
    this.#publishing = this.#run(every)
  }

  /** Publishes one last event, which must be accepted, and returns its id. */
  async finish(): Promise<string> {
    await this[Symbol.asyncDispose]()
    return this.#publish()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    await this.#publishing
  }

  async #run(every: number): Promise<void> {
    while (!this.#isStopped) {
      // There is no second try, which could be a second event on another pod.
      await this.#publish().catch(() => undefined)
      await setTimeout(every)
    }
  }
}
