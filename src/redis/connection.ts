import { setTimeout as delay } from 'node:timers/promises'
import { Redis, type Cluster } from 'ioredis'
import { isWrongDatabase } from './connection-errors.ts'
import { ANSWER_TIMEOUT, lookUpPassword, type ServerOptions } from './connection-options.ts'
import type { Credentials } from './credentials.ts'

/** How long to wait before a connection that the library has given up is begun again, in ms. */
const REVIVAL_DELAY = 100

/** A connection that retries until it is closed, and never serves another database than the one named. */
export class Connection extends Redis {
  #isClosed = false
  #revival: NodeJS.Timeout | undefined

  constructor(options: ServerOptions, credentials: Credentials) {
    super(options)
    lookUpPassword(this, credentials)
    // Other errors need no handling here: the commands that fail by them reject. Without a listener the
    // library would write them to standard error.
    this.on('error', (error: Error) => {
      // The library would go on in database 0.
      if (isWrongDatabase(error)) this.disconnect(true)
    })
    // The library gives up for good when a fail-over is announced while it asks a sentinel for the primary.
    this.on('end', () => {
      if (!this.#isClosed) this.#revival = setTimeout(() => void this.#revive(), REVIVAL_DELAY)
    })
  }

  /** Closed by its owner, for good. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  override disconnect(reconnect = false): void {
    if (!reconnect) {
      this.#isClosed = true
      clearTimeout(this.#revival)
    } else if (this.stream?.writableEnded) {
      // A server that was demoted answers every pending command with READONLY, and for each of these
      // answers the library would end the same socket again, with one more listener and timer on it.
      return
    }
    super.disconnect(reconnect)
  }

  async #revive(): Promise<void> {
    await this.connect().catch(() => undefined)
  }
}

/**
 * Begins to connect; the library goes on trying by itself. Resolves after the first attempt, failed or not,
 * or after a timeout: where no sentinel answers, the first attempt never ends.
 */
export async function startConnecting(connection: Redis | Cluster): Promise<void> {
  const attempt = connection.connect().catch(() => undefined)
  await Promise.race([attempt, delay(ANSWER_TIMEOUT, undefined, { ref: false })])
}
