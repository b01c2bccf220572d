import { isNotConnected, tellsCause } from './connection-errors.ts'
import type { Connection } from './connection.ts'

/** A connection that could not be made at its last attempt. */
export interface ConnectionFailure {
  readonly server: string
  readonly error: Error
}

/** Why each watched connection could not be made; the loss of one that stood is no failure yet. */
export class ConnectionFailures {
  readonly #failures = new Map<Connection, ConnectionFailure>()

  get list(): readonly ConnectionFailure[] {
    // A connection that is closed while it is down emits nothing.
    for (const connection of this.#failures.keys()) {
      if (connection.isClosed) this.#failures.delete(connection)
    }
    return [...this.#failures.values()]
  }

  watch(connection: Connection, server: string): Connection {
    let isReady = false
    let told: Error | undefined
    const note = (error: Error) => {
      this.#failures.set(connection, { server, error })
    }
    connection.on('ready', () => {
      isReady = true
      this.#failures.delete(connection)
    })
    connection.on('error', (error: Error) => {
      // Some errors only say that the connection has ended, and come after the one that says why.
      if (isReady || isNotConnected(error)) return
      if (told === undefined || !tellsCause(told) || tellsCause(error)) told = error
      // Said at once: a connection that no sentinel leads to never closes.
      note(told)
    })
    connection.on('close', () => {
      if (!isReady) note(told ?? new Error('Connection is closed'))
      isReady = false
      told = undefined
    })
    return connection
  }
}
