import { Cluster, type Redis } from 'ioredis'
import type { RedisUrl } from '../lib/redis-url.ts'
import {
  clusterOptions,
  lookUpPassword,
  nodeOptions,
  serverOptions,
  type RedisAccess,
  type ServerOptions,
} from './connection-options.ts'
import { ConnectionErrors, isNotConnected, isReadOnly } from './connection-errors.ts'
import { Connection, startConnecting } from './connection.ts'
import type { KeySpace } from './keys.ts'
import { ConnectionStates, type ConnectionRole, type ConnectionState } from './connection-states.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** One server, or the nodes of a cluster: the one interface that hides the differences of topologies. */
export interface Servers {
  readonly url: RedisUrl
  readonly isCluster: boolean
  readonly keySpace: KeySpace
  /** Runs commands wherever their keys are. */
  readonly commands: Redis | Cluster
  /** One state for each role. */
  readonly connections: readonly ConnectionState[]
  /** Name of the server that holds a slot; undefined while none is known. */
  serverOf(slot: number): string | undefined
  /** Where the server of a slot is, as far as is known. */
  addressOf(slot: number): Address | undefined
  /** The connection that runs commands on one server; undefined if the server has left the cluster. */
  commandsOf(server: string): Redis | undefined
  /** Names of all servers that hold slots. */
  names(): readonly string[]
  /** The error of the connection to a server; the last error of any connection if none is named. */
  errorOf(server?: string): Error | undefined
  /** The errors of the connections that `connectTo` has given out. */
  furtherErrors(): readonly Error[]
  /** A connection to a server besides those of `commands`, not yet connected. */
  connectTo(server: string, role: ConnectionRole): Redis
  /** Begins to connect, and retries until `close`. Never rejects. */
  start(): Promise<void>
  close(): void
}

export function openServers(access: RedisAccess): Servers {
  return access.url.topology === 'cluster' ? new ClusterServers(access) : new SingleServer(access)
}

/** A single server, or the primary that sentinels name: a role that moves between machines. */
class SingleServer implements Servers {
  readonly url: RedisUrl
  readonly isCluster = false
  readonly keySpace: KeySpace
  readonly commands: Redis
  readonly #access: RedisAccess
  readonly #states = new ConnectionStates()
  readonly #errors = new ConnectionErrors()
  #error: Error | undefined

  constructor(access: RedisAccess) {
    this.#access = access
    this.url = access.url
    this.keySpace = { prefix: access.prefix, isCluster: false, db: access.url.db }
    const options: ServerOptions = {
      ...serverOptions(access),
      reconnectOnError: (error) => {
        const isDemoted = isReadOnly(error)
        // Kept until the connection is up again, as the reason that it is down.
        if (isDemoted) this.#error = error
        return isDemoted
      },
    }
    const commands = new Connection(options, access.credentials)
    this.commands = commands
    this.#states.watch(commands, 'commands')
    this.commands.on('ready', () => {
      this.#error = undefined
    })
    this.commands.on('error', (error: Error) => {
      // An error that only says that there is no connection would hide the reason.
      if (!isNotConnected(error)) this.#error = error
    })
  }

  get connections(): readonly ConnectionState[] {
    return this.#states.list(this.commands.status === 'ready')
  }

  serverOf(): string {
    return PRIMARY
  }

  addressOf(): Address | undefined {
    if (this.url.topology === 'single') return this.url.hosts[0]
    const { remoteAddress: host, remotePort: port } = this.commands.stream ?? {}
    return host === undefined || port === undefined ? undefined : { host, port }
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

  connectTo(_server: string, role: ConnectionRole): Redis {
    const connection = new Connection(serverOptions(this.#access), this.#access.credentials)
    this.#states.watch(connection, role)
    return this.#errors.watch(connection)
  }

  async start(): Promise<void> {
    await startConnecting(this.commands)
  }

  close(): void {
    // `quit` would wait for an answer, and leave connections to sentinels open.
    this.commands.disconnect()
  }
}

const PRIMARY = 'primary'

class ClusterServers implements Servers {
  readonly url: RedisUrl
  readonly isCluster = true
  readonly keySpace: KeySpace
  readonly commands: Cluster
  readonly #access: RedisAccess
  readonly #nodeErrors = new Map<string | undefined, Error>()
  /** Nodes that commands were sent to: the library replaces the connection of one that it has lost. */
  readonly #reached = new Set<string>()
  readonly #states = new ConnectionStates()
  readonly #errors = new ConnectionErrors()

  constructor(access: RedisAccess) {
    this.#access = access
    this.url = access.url
    this.keySpace = { prefix: access.prefix, isCluster: true, db: 0 }
    this.commands = new Cluster([...access.url.hosts], clusterOptions(access))
    // The commands that fail by a broken connection reject, and `node error` below tells the cause. Without
    // a listener the library would write the error to standard error.
    this.commands.on('error', () => undefined)
    this.commands.on('+node', (node: Redis) => {
      lookUpPassword(node, access.credentials)
      node.on('ready', () => {
        const server = `${node.options.host}:${node.options.port}`
        this.#nodeErrors.delete(server)
        if (this.#reached.has(server)) this.#states.countReconnect('commands')
        this.#reached.add(server)
      })
    })
    this.commands.on('node error', (error: Error, server: string) => {
      this.#nodeErrors.set(server, error).set(undefined, error)
    })
  }

  get connections(): readonly ConnectionState[] {
    const names = this.names()
    const isReady = (server: string) => this.commandsOf(server)?.status === 'ready'
    return this.#states.list(names.length > 0 && names.every(isReady))
  }

  serverOf(slot: number): string | undefined {
    return this.commands.slots[slot]?.[0]
  }

  addressOf(slot: number): Address | undefined {
    const server = this.serverOf(slot)
    return server === undefined ? undefined : parseNode(server)
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

  connectTo(server: string, role: ConnectionRole): Redis {
    const { host, port } = parseNode(server)
    const options = nodeOptions(this.#access, host, port)
    const connection = new Connection(options, this.#access.credentials)
    this.#states.watch(connection, role)
    return this.#errors.watch(connection)
  }

  async start(): Promise<void> {
    await startConnecting(this.commands)
  }

  close(): void {
    this.commands.disconnect()
  }
}

/** An IPv6 address has colons as well. */
function parseNode(server: string): Address {
  const colon = server.lastIndexOf(':')
  return { host: server.slice(0, colon), port: Number(server.slice(colon + 1)) }
}
