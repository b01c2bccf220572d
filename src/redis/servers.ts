import type { Cluster, Redis } from 'ioredis'
import type { RedisUrl } from '../lib/redis-url.ts'
import type { Address } from './connection-probe.ts'
import type { ConnectionFailure } from './connection-failures.ts'
import type { ConnectionRole, ConnectionState } from './connection-states.ts'
import type { KeySpace } from './keys.ts'

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
  /**
   * Looks for the reason that there is no connection to a server, or to any if none is named, where `errorOf` does not
   * tell it. Resolves to undefined if none shows. `isNew`: no server was ever reached, so that they may speak another
   * protocol. `error`: what the connection said, if it is not the one for commands.
   */
  findError(server: string | undefined, isNew: boolean, error?: Error): Promise<Error | undefined>
  /** Those of the connections that `connectTo` has given out that cannot be made. */
  failedConnections(): readonly ConnectionFailure[]
  /** A connection to a server besides those of `commands`, not yet connected. */
  connectTo(server: string, role: ConnectionRole): Redis
  /** Begins to connect, and retries until `close`. Never rejects. */
  start(): Promise<void>
  close(): void
}
