import type { Connection } from './connection.ts'

/** What a connection is for: what this process asks of a server, or what a server tells it unasked. */
export type ConnectionRole = 'commands' | 'notifications'

/** All connections of one role, to whichever servers. */
export interface ConnectionState {
  readonly role: ConnectionRole
  /** Whether each connection that is wanted stands. True where none is wanted, as while no channel is followed. */
  readonly up: boolean
  /** How often a connection was made anew, since the process started. */
  readonly reconnects: number
}

const ROLES: readonly ConnectionRole[] = ['commands', 'notifications']

/** Whether the connections stand, and how often they had to be made anew. */
export class ConnectionStates {
  readonly #connections = new Map<Connection, ConnectionRole>()
  readonly #reconnects: Record<ConnectionRole, number> = { commands: 0, notifications: 0 }

  watch(connection: Connection, role: ConnectionRole): void {
    this.#forgetClosed()
    this.#connections.set(connection, role)
    let wasReady = false
    connection.on('ready', () => {
      if (wasReady) this.countReconnect(role)
      wasReady = true
    })
  }

  countReconnect(role: ConnectionRole): void {
    this.#reconnects[role]++
  }

  /** `isCommanding`: whether commands can be sent to every server. */
  list(isCommanding: boolean): readonly ConnectionState[] {
    this.#forgetClosed()
    return ROLES.map((role) => ({
      role,
      up: (role !== 'commands' || isCommanding) && this.#isUp(role),
      reconnects: this.#reconnects[role],
    }))
  }

  #isUp(role: ConnectionRole): boolean {
    return [...this.#connections].every(
      ([connection, its]) => its !== role || connection.status === 'ready',
    )
  }

  /** Asked for, since a connection that is closed while it is down emits nothing. */
  #forgetClosed(): void {
    for (const connection of this.#connections.keys()) {
      if (connection.isClosed) this.#connections.delete(connection)
    }
  }
}
