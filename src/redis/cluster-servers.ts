import { Cluster, type Redis } from 'ioredis'
import type { RedisUrl } from '../lib/redis-url.ts'
import type { ConnectionFailure } from './connection-failures.ts'
import {
  clusterOptions,
  lookUpPassword,
  nodeOptions,
  tlsOptions,
  type RedisAccess,
} from './connection-options.ts'
import { probeAny, type Address } from './connection-probe.ts'
import type { ConnectionRole, ConnectionState } from './connection-states.ts'
import { startConnecting } from './connection.ts'
import { FurtherConnections } from './further-connections.ts'
import type { KeySpace } from './keys.ts'
import type { Servers } from './servers.ts'

/** The nodes of a cluster, each of which holds some of the slots. */
export class ClusterServers implements Servers {
  readonly url: RedisUrl
  readonly isCluster = true
  readonly keySpace: KeySpace
  readonly commands: Cluster
  readonly #access: RedisAccess
  readonly #nodeErrors = new Map<string | undefined, Error>()
  /** Nodes that commands were sent to: the library replaces the connection of one that it has lost. */
  readonly #reached = new Set<string>()
  readonly #further: FurtherConnections

  constructor(access: RedisAccess) {
    this.#access = access
    this.#further = new FurtherConnections(access.credentials)
    this.url = access.url
    this.keySpace = { prefix: access.prefix, isCluster: true, db: 0 }
    this.commands = new Cluster([...access.url.hosts], clusterOptions(access))
    // The commands that fail by a broken connection reject, and `node error` below tells the cause. Without
    // a listener the library would write the error to standard error.
    this.commands.on('error', () => undefined)
    this.commands.on('+node', (node: Redis) => {
      lookUpPassword(node, access.credentials)
      const tls = tlsOptions(access, node.options.host)
      if (tls !== undefined) node.options.tls = tls
      node.on('ready', () => {
        const server = `${node.options.host}:${node.options.port}`
        this.#nodeErrors.delete(server)
        if (this.#reached.has(server)) this.#further.states.countReconnect('commands')
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
    return this.#further.states.list(names.length > 0 && names.every(isReady))
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

  async findError(server: string | undefined, isNew: boolean): Promise<Error | undefined> {
    const addresses = server === undefined ? this.url.hosts : [parseNode(server)]
    return probeAny(addresses, (host) => tlsOptions(this.#access, host), isNew)
  }

  failedConnections(): readonly ConnectionFailure[] {
    return this.#further.failures
  }

  connectTo(server: string, role: ConnectionRole): Redis {
    const { host, port } = parseNode(server)
    return this.#further.make(nodeOptions(this.#access, host, port), server, role)
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
