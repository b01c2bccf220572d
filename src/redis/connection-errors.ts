import type { Redis } from 'ioredis'

/** The library did not send a command, since there was no connection. */
export function isNotConnected(error: unknown): boolean {
  return error instanceof Error && error.message.includes("isn't writeable")
}

/** The server refused the database: it has fewer, or the user may not select one. */
export function isWrongDatabase(
  error: Error & { readonly command?: { readonly name: string } },
): boolean {
  return error.command?.name === 'select'
}

/** Whether an error says why there is no connection, and not only that it ended. */
export function tellsCause(error: Error & { readonly code?: string }): boolean {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return false
  return !/Connection is closed|Socket closed|ECONNRESET|EPIPE/.test(error.message)
}

/** A replica was asked to write. */
export function isReadOnly(error: Error): boolean {
  return error.message.startsWith('READONLY')
}

interface ClosableRedis extends Redis {
  readonly isClosed: boolean
}

/** The last error of each watched connection that is not up. */
export class ConnectionErrors {
  readonly #errors = new Map<ClosableRedis, Error>()

  get list(): readonly Error[] {
    // A connection that is closed while it is down emits nothing.
    for (const connection of this.#errors.keys()) {
      if (connection.isClosed) this.#errors.delete(connection)
    }
    return [...this.#errors.values()]
  }

  /** Keeps the connection's last error until it is ready, or ends for good. */
  watch(connection: ClosableRedis): Redis {
    const forget = () => {
      this.#errors.delete(connection)
    }
    connection.on('ready', forget)
    connection.on('end', forget)
    return connection.on('error', (error: Error) => {
      this.#errors.set(connection, error)
    })
  }
}
