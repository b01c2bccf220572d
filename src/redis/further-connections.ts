import type { Redis } from 'ioredis'
import { ConnectionFailures, type ConnectionFailure } from './connection-failures.ts'
import type { ServerOptions } from './connection-options.ts'
import { ConnectionStates, type ConnectionRole } from './connection-states.ts'
import { Connection } from './connection.ts'
import type { Credentials } from './credentials.ts'

/** The connections of a process to its servers: how those for commands stand is told, the others are made here. */
export class FurtherConnections {
  readonly states = new ConnectionStates()
  readonly #failures = new ConnectionFailures()
  readonly #credentials: Credentials

  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  get failures(): readonly ConnectionFailure[] {
    return this.#failures.list
  }

  /** Not yet connected. */
  make(options: ServerOptions, server: string, role: ConnectionRole): Redis {
    const connection = new Connection(options, this.#credentials)
    this.states.watch(connection, role)
    return this.#failures.watch(connection, server)
  }
}
