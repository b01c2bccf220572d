import { follow } from '../../../src/client/follow.ts'
import { createFetchAlone } from '../../support/clients/fetch-alone.ts'

/** An event of any name that a client got. */
export interface ToldEvent {
  readonly event: string
  readonly data: string
}

/** A client that reads a stream to its end, waits for its `retry`, and comes back. */
export class FollowingReader implements AsyncDisposable {
  readonly told: ToldEvent[] = []
  readonly #ending = new AbortController()
  readonly #following: Promise<void>

  constructor(url: string) {
    this.#following = this.#follow(new URL(url))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#following
  }

  async #follow(url: URL): Promise<void> {
    const { signal } = this.#ending
    for await (const events of follow({ url, signal, fetch: createFetchAlone() })) {
      this.told.push(...events.map(({ event, data }) => ({ event, data })))
    }
  }
}
