import { Redis } from 'ioredis'
import type { ServerOptions } from './connection-options.ts'

/** In ms, before a connection that the library has given up is begun again. */
const PAUSE = 100

/** A connection that is tried on and on until it is closed, and never is to another database. */
export class Connection extends Redis {
  #isClosed = false
  #revival: NodeJS.Timeout | undefined

  constructor(options: ServerOptions) {
    super(options)
    // What else fails shows in the commands that fail with it.
    this.on('error', (error: Error) => {
      // The library would go on in database 0.
      if (isOfDatabase(error)) this.disconnect(true)
    })
    // The library gives up for good when it hears of a fail-over while it asks a sentinel for the primary.
    this.on('end', () => {
      if (!this.#isClosed) this.#revival = setTimeout(() => void this.#revive(), PAUSE)
    })
  }

  override disconnect(reconnect = false): void {
    if (!reconnect) {
      this.#isClosed = true
      clearTimeout(this.#revival)
    } else if (this.stream?.writableEnded) {
      // A server that was demoted answers all that is under way with READONLY, and for each of these
      // answers the library would end the same socket again, with one more listener and timer on it.
      return
    }
    super.disconnect(reconnect)
  }

  async #revive(): Promise<void> {
    await this.connect().catch(() => undefined)
  }
}

/** The library did not send a command, since there was no connection. */
export function isOfConnection(error: unknown): boolean {
  return error instanceof Error && error.message.includes("isn't writeable")
}

/** The server refused the database: it has fewer, or the user may not select one. */
export function isOfDatabase(
  error: Error & { readonly command?: { readonly name: string } },
): boolean {
  return error.command?.name === 'select'
}
