import type { Redis } from 'ioredis'

/** What connections are for. */
export type ConnectionRole = 'commands' | 'notifications'

/** All connections of one role, which come back by themselves. */
export class ConnectionGroup {
  /** How often a connection came back. */
  reconnects = 0
  readonly #down = new Set<Redis>()

  /** Whether no connection is down. One that nobody needs any more does not count. */
  get isUp(): boolean {
    return this.#down.size === 0
  }

  watch(connection: Redis): Redis {
    let wasReady = false
    const note = () => {
      this.#down.add(connection)
    }
    connection.on('connecting', note)
    connection.on('close', note)
    connection.on('end', () => {
      this.#down.delete(connection)
    })
    return connection.on('ready', () => {
      this.#down.delete(connection)
      if (wasReady) this.reconnects++
      wasReady = true
    })
  }
}
