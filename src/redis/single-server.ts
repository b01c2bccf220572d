import type { Redis } from 'ioredis'
import type { RedisUrl } from '../lib/redis-url.ts'
import { isNotConnected, isReadOnly } from './connection-errors.ts'
import type { ConnectionFailure } from './connection-failures.ts'
import {
  serverOptions,
  tlsOptions,
  type RedisAccess,
  type ServerOptions,
} from './connection-options.ts'
import { probeAny, type Address } from './connection-probe.ts'
import type { ConnectionRole, ConnectionState } from './connection-states.ts'
import { Connection, startConnecting } from './connection.ts'
import { FurtherConnections } from './further-connections.ts'
import type { KeySpace } from './keys.ts'
import type { Servers } from './servers.ts'

/** A single server, or the primary that sentinels name: a role that moves between machines. */
export class SingleServer implements Servers {
  readonly url: RedisUrl
  readonly isCluster = false
  readonly keySpace: KeySpace
  readonly commands: Redis
  readonly #access: RedisAccess
  readonly #further: FurtherConnections
  #error: Error | undefined
  /** Where the primary was reached last. */
  #primary: Address | undefined

  constructor(access: RedisAccess) {
    this.#access = access
    this.#further = new FurtherConnections(access.credentials)
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
    this.#further.states.watch(commands, 'commands')
    this.commands.on('connect', () => {
      this.#primary = remoteAddress(commands)
    })
    this.commands.on('ready', () => {
      this.#error = undefined
    })
    this.commands.on('error', (error: Error) => {
      // An error that only says that there is no connection would hide the reason.
      if (!isNotConnected(error)) this.#error = error
    })
  }

  get connections(): readonly ConnectionState[] {
    return this.#further.states.list(this.commands.status === 'ready')
  }

  serverOf(): string {
    return PRIMARY
  }

  addressOf(): Address | undefined {
    if (this.url.topology === 'single') return this.url.hosts[0]
    return remoteAddress(this.commands)
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

  async findError(
    _server: string | undefined,
    isNew: boolean,
    error = this.#error,
  ): Promise<Error | undefined> {
    // Sentinels must answer before the primary can be reached.
    const isNamed = this.#primary !== undefined && !/sentinel/.test(error?.message ?? '')
    const isKnown = this.url.topology === 'sentinel' && isNamed
    return probeAny(
      isKnown ? [this.#primary!] : this.url.hosts,
      (host) => tlsOptions(this.#access, host),
      isNew,
    )
  }

  failedConnections(): readonly ConnectionFailure[] {
    return this.#further.failures
  }

  connectTo(server: string, role: ConnectionRole): Redis {
    return this.#further.make(serverOptions(this.#access), server, role)
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

function remoteAddress({ stream }: Redis): Address | undefined {
  const { remoteAddress: host, remotePort: port } = stream ?? {}
  return host === undefined || port === undefined ? undefined : { host, port }
}
