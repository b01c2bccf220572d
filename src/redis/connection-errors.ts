import type { Redis } from 'ioredis'

/** What keeps connections from being made, for those that are not. */
export class ConnectionErrors {
  readonly #errors = new Map<Redis, Error>()

  get list(): readonly Error[] {
    return [...this.#errors.values()]
  }

  /** Until the connection ends for good. */
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
