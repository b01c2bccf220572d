import { setTimeout } from 'node:timers/promises'
import { request } from 'undici'
import type { Recording } from './recording.ts'

export interface PublisherOptions {
  /** Any of the pods. */
  readonly url: string
  readonly channel: string
  /** Unique among publishers. */
  readonly name: string
  /** Between two publishes, in ms. */
  readonly interval: number
  /** Without keys an unknown outcome is left unknown; with them it is tried again. */
  readonly isKeyed: boolean
}

/** Longer than the service takes to say that its log is away. */
const ATTEMPT_TIMEOUT = 5_000
const RETRY = 100

/** 502 and 504 are those of a proxy whose request got no answer. */
const UNKNOWN: ReadonlySet<number> = new Set([502, 503, 504])

/** Publishes numbered events one after the other until it is stopped, and records what became of each. */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #recording: Recording
  readonly #running: Promise<void>
  #isStopped = false

  constructor(options: PublisherOptions, recording: Recording) {
    this.#options = options
    this.#recording = recording
    this.#running = this.#run()
  }

  /** Resolves when the last publish has its outcome. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #run(): Promise<void> {
    for (let number = 1; !this.#isStopped; number++) {
      await this.#publish(`${this.#options.name}-${number}`)
      await setTimeout(this.#options.interval)
    }
  }

  async #publish(data: string): Promise<void> {
    const { channel, isKeyed } = this.#options
    this.#recording.add({ kind: 'published', data, channel })
    for (;;) {
      const outcome = await this.#attempt(data)
      if (outcome.kind === 'accepted') {
        this.#recording.add({ kind: 'accepted', data, position: outcome.position })
        return
      }
      if (outcome.kind === 'refused') {
        this.#recording.add({ kind: 'refused', data })
        return
      }
      if (!isKeyed) return
      await setTimeout(RETRY)
    }
  }

  async #attempt(
    data: string,
  ): Promise<
    | { readonly kind: 'accepted'; readonly position: string }
    | { readonly kind: 'refused' | 'unknown' }
  > {
    const { url, channel, isKeyed } = this.#options
    try {
      const { statusCode, body } = await request(`${url}/publish/${channel}`, {
        method: 'POST',
        headers: {
          'Content-Type': 'text/plain',
          // One pod must not get all of them over one connection.
          Connection: 'close',
          ...(isKeyed && { 'Idempotency-Key': data }),
        },
        body: data,
        signal: AbortSignal.timeout(ATTEMPT_TIMEOUT),
      })
      const text = await body.text()
      if (statusCode === 200 || statusCode === 202) {
        const { ids } = JSON.parse(text) as { ids: readonly string[] }
        return { kind: 'accepted', position: ids[0]! }
      }
      return { kind: UNKNOWN.has(statusCode) ? 'unknown' : 'refused' }
    } catch {
      return { kind: 'unknown' }
    }
  }
}
