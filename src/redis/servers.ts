import { Cluster, type Redis } from 'ioredis'
import type { RedisUrl } from '../lib/redis-url.ts'
import {
  clusterOptions,
  isReadOnly,
  nodeOptions,
  serverOptions,
  type RedisAccess,
} from './connection-options.ts'
import { ConnectionErrors } from './connection-errors.ts'
import { Connection, isOfConnection } from './connection.ts'
import { firstAttempt } from './first-attempt.ts'

/** One server, or many that share the hash slots; what differs between topologies ends here. */
export interface Servers {
  readonly url: RedisUrl
  readonly isCluster: boolean
  /** Runs commands wherever their keys are. */
  readonly commands: Redis | Cluster
  /** Name of the server that holds a slot now; undefined while none is known. */
  serverOf(slot: number): string | undefined
  /** The connection that runs commands on one server; undefined if it is none of ours any more. */
  commandsOf(server: string): Redis | undefined
  /** Names of all servers that hold slots. */
  names(): readonly string[]
  /** What is wrong with the connection to a server, or was last with any if none is named. */
  errorOf(server?: string): Error | undefined
  /** What is wrong with the connections that `connectTo` has given out. */
  furtherErrors(): readonly Error[]
  /** A further connection to a server, not yet connected. */
  connectTo(server: string): Redis
  /** Begins to connect and goes on until `close`. Never rejects. */
  start(): Promise<void>
  close(): void
}

export function openServers(access: RedisAccess): Servers {
  return access.url.topology === 'cluster' ? new ClusterServers(access) : new OneServer(access)
}

/** A single server, or the primary that sentinels name: a role that moves between machines. */
class OneServer implements Servers {
  readonly url: RedisUrl
  readonly isCluster = false
  readonly commands: Redis
  readonly #access: RedisAccess
  readonly #errors = new ConnectionErrors()
  #error: Error | undefined

  constructor(access: RedisAccess) {
    this.#access = access
    this.url = access.url
    const options = serverOptions(access)
    this.commands = new Connection({
      ...options,
      reconnectOnError: (error) => {
        const isDemoted = isReadOnly(error)
        // Until it is connected again, that is why it is not.
        if (isDemoted) this.#error = error
        return isDemoted
      },
    })
    this.commands.on('ready', () => {
      this.#error = undefined
    })
    this.commands.on('error', (error: Error) => {
      // What follows from the trouble, and would hide it.
      if (!isOfConnection(error)) this.#error = error
    })
  }

  serverOf(): string {
    return PRIMARY
  }

  commandsOf(): Redis {
    return this.commands
  }

  names(): readonly string[] {
    return [PRIMARY]
  }

  errorOf(): Error | undefined {
    return this.#error
  }

  furtherErrors(): readonly Error[] {
    return this.#errors.list
  }

  connectTo(): Redis {
    return this.#errors.watch(new Connection(serverOptions(this.#access)))
  }

  async start(): Promise<void> {
    await firstAttempt(this.commands)
  }

  close(): void {
    // Not `quit`: it waits for an answer, and leaves connections to sentinels open.
    this.commands.disconnect()
  }
}

const PRIMARY = 'primary'

class ClusterServers implements Servers {
  readonly url: RedisUrl
  readonly isCluster = true
  readonly commands: Cluster
  readonly #access: RedisAccess
  readonly #nodeErrors = new Map<string | undefined, Error>()
  readonly #errors = new ConnectionErrors()

  constructor(access: RedisAccess) {
    this.#access = access
    this.url = access.url
    this.commands = new Cluster([...access.url.hosts], clusterOptions(access))
    // A failure of a connection shows in what it makes fail, and in the health of its server.
    this.commands.on('error', () => undefined)
    this.commands.on('+node', (node: Redis) => {
      node.on('ready', () => {
        this.#nodeErrors.delete(`${node.options.host}:${node.options.port}`)
      })
    })
    this.commands.on('node error', (error: Error, server: string) => {
      this.#nodeErrors.set(server, error).set(undefined, error)
    })
  }

  serverOf(slot: number): string | undefined {
    return this.commands.slots[slot]?.[0]
  }

  commandsOf(server: string): Redis | undefined {
    return this.commands
      .nodes('master')
      .find(({ options: { host, port } }) => `${host}:${port}` === server)
  }

  names(): readonly string[] {
    return [...new Set(this.commands.slots.map(([server]) => server!))]
  }

  errorOf(server?: string): Error | undefined {
    return this.#nodeErrors.get(server)
  }

  furtherErrors(): readonly Error[] {
    return this.#errors.list
  }

  connectTo(server: string): Redis {
    const colon = server.lastIndexOf(':')
    const options = nodeOptions(
      this.#access,
      server.slice(0, colon),
      Number(server.slice(colon + 1)),
    )
    return this.#errors.watch(new Connection(options))
  }

  async start(): Promise<void> {
    await firstAttempt(this.commands)
  }

  close(): void {
    this.commands.disconnect()
  }
}
