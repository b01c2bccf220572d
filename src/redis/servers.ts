import { Cluster, type Redis } from 'ioredis'
import type { RedisUrl } from '../lib/redis-url.ts'
import {
  clusterOptions,
  nodeOptions,
  serverOptions,
  type RedisAccess,
} from './connection-options.ts'
import { Connection, isOfConnection, isOfDatabase } from './connection.ts'
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
  /** What is wrong with the connection to a server, or was last with any if none is named, for people. */
  errorOf(server?: string): string | undefined
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
  #error: string | undefined

  constructor(access: RedisAccess) {
    this.#access = access
    this.url = access.url
    this.commands = this.connectTo()
    this.commands.on('ready', () => {
      this.#error = undefined
    })
    this.commands.on('error', (error: Error) => {
      // What follows from the trouble, and would hide it.
      if (isOfConnection(error)) return
      // Another number each time would make the same trouble look like a new one.
      const reason = error.message.replace(/ Retrying from scratch after \d+ms\./, '')
      this.#error = isOfDatabase(error) ? `database ${this.url.db}: ${reason}` : reason
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

  errorOf(): string | undefined {
    return this.#error
  }

  connectTo(): Redis {
    return new Connection(serverOptions(this.#access))
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
  readonly #errors = new Map<string | undefined, string>()

  constructor(access: RedisAccess) {
    this.#access = access
    this.url = access.url
    this.commands = new Cluster([...access.url.hosts], clusterOptions(access))
    // A failure of a connection shows in what it makes fail, and in the health of its server.
    this.commands.on('error', () => undefined)
    this.commands.on('+node', (node: Redis) => {
      node.on('ready', () => {
        this.#errors.delete(`${node.options.host}:${node.options.port}`)
      })
    })
    this.commands.on('node error', (error: Error, server: string) => {
      this.#errors.set(server, error.message).set(undefined, error.message)
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

  errorOf(server?: string): string | undefined {
    return this.#errors.get(server)
  }

  connectTo(server: string): Redis {
    const colon = server.lastIndexOf(':')
    const options = nodeOptions(
      this.#access,
      server.slice(0, colon),
      Number(server.slice(colon + 1)),
    )
    return new Connection(options)
  }

  async start(): Promise<void> {
    await firstAttempt(this.commands)
  }

  close(): void {
    this.commands.disconnect()
  }
}
