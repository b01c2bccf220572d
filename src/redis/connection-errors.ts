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

/** A replica was asked to write. */
export function isReadOnly(error: Error): boolean {
  return error.message.startsWith('READONLY')
}

/** The last error of each watched connection that is not up. */
export class ConnectionErrors {
  readonly #errors = new Map<Redis, Error>()

  get list(): readonly Error[] {
    return [...this.#errors.values()]
  }

  /** Keeps the connection's last error until it is ready, or ends for good. */
  watch(connection: Redis): Redis {
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
