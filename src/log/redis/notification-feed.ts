import type { Redis } from 'ioredis'
import { startConnecting } from '../../redis/connection.ts'
import { decodeNotification, type Notification } from './notification.ts'

/** The methods must not throw. */
export interface FeedListener {
  heard(liveChannel: string, notification: Notification): void
  /** All subscriptions have ended, and must be made again. */
  lost(): void
  /** The connection takes subscriptions. */
  ready(): void
}

/** Channels named in one command: more would delay everything else on the connection. */
const CHUNK = 500

/** The connection on which one server notifies this process of appends. */
export class NotificationFeed {
  /** Probes in a row that did not come. */
  lostProbes = 0
  readonly #redis: Redis
  readonly #connected: Promise<void>
  #received = 0

  constructor(redis: Redis, listener: FeedListener) {
    this.#redis = redis
    redis.on('smessageBuffer', (channel: Buffer, payload: Buffer) => {
      this.#received++
      listener.heard(channel.toString('latin1'), decodeNotification(payload))
    })
    redis.on('ready', () => {
      listener.ready()
    })
    redis.on('close', () => {
      listener.lost()
    })
    // A cluster ends the subscriptions of a slot that goes to another server.
    redis.on('moved', () => {
      listener.lost()
    })
    this.#connected = startConnecting(redis)
  }

  /** Notifications so far. */
  get received(): number {
    return this.#received
  }

  get isReady(): boolean {
    return this.#redis.status === 'ready'
  }

  /** Resolves after the first attempt to connect, successful or not. */
  async settled(): Promise<void> {
    await this.#connected
  }

  /** Subscribes to channels of one slot, or of any where there is one server. Rejects with its errors. */
  async subscribe(liveChannels: readonly string[]): Promise<void> {
    for (let start = 0; start < liveChannels.length; start += CHUNK) {
      await this.#redis.ssubscribe(...liveChannels.slice(start, start + CHUNK))
    }
  }

  /** Not awaited: a notification that still comes finds no follower. */
  unsubscribe(liveChannel: string): void {
    if (this.isReady) this.#redis.sunsubscribe(liveChannel).catch(() => undefined)
  }

  /** Replaces a connection that is open but carries nothing. */
  reconnect(): void {
    if (this.isReady) this.#redis.disconnect(true)
  }

  close(): void {
    this.#redis.removeAllListeners('smessageBuffer')
    this.#redis.disconnect()
  }
}
