import type { Redis } from 'ioredis'
import { startConnecting } from '../../redis/connection.ts'

interface FeedListener {
  readonly heard: (payload: Buffer) => void
  readonly refused: (error: unknown) => void
}

/**
 * The connection on which one server passes on the announcements of the fleet. A connection of its own: on one with
 * sharded subscriptions as well, the library drops all messages once the last sharded one has ended.
 */
export class AnnouncementFeed {
  readonly #redis: Redis
  readonly #channel: string
  readonly #refused: FeedListener['refused']
  #isSubscribed = false

  constructor(redis: Redis, channel: string, { heard, refused }: FeedListener) {
    this.#redis = redis
    this.#channel = channel
    this.#refused = refused
    redis.on('messageBuffer', (_channel: Buffer, payload: Buffer) => {
      heard(payload)
    })
    redis.on('ready', () => void this.#subscribe())
    redis.on('close', () => {
      this.#isSubscribed = false
    })
    void startConnecting(redis)
  }

  get isReady(): boolean {
    return this.#redis.status === 'ready'
  }

  /** Subscribes if that has failed before, or else connects anew if the server does not answer. */
  check(): void {
    if (!this.isReady) return
    void (this.#isSubscribed ? this.#ping() : this.#subscribe())
  }

  close(): void {
    this.#redis.removeAllListeners('messageBuffer')
    this.#redis.disconnect()
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#redis.subscribe(this.#channel)
      this.#isSubscribed = true
    } catch (error) {
      this.#refused(error)
    }
  }

  async #ping(): Promise<void> {
    try {
      await this.#redis.ping()
    } catch {
      if (this.isReady) this.#redis.disconnect(true)
    }
  }
}
