import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { formatAddress } from '../config/kinds/address.ts'
import type { ServeConfig } from '../config/serve/serve-table.ts'
import { createAdminApp } from '../http/admin/admin-app.ts'
import type { MetricsSource } from '../http/admin/metrics.ts'
import type { SnapshotSource } from '../http/admin/snapshot.ts'
import type { ConnectionLimit } from '../http/connection/connection-limit.ts'
import { createHttpServer } from '../http/connection/http-server.ts'
import { closeServer, listen } from '../lib/listener.ts'
import type { Service } from '../http/service.ts'
import { createPublicApp } from '../http/public-app.ts'
import { isStreamRequest } from '../http/routes/stream.ts'
import { streamFastPath } from '../http/stream/fast-path.ts'
import { isLoopback } from '../lib/loopback.ts'
import { readAdminToken } from './admin-token.ts'

/** Time for pending requests to finish when a listener closes, in ms. */
const CLOSE_GRACE = 2_000

export interface ListenerUrls {
  readonly url: string
  readonly adminUrl: string
}

/** The public and the admin listener of a service. */
export class Listeners {
  readonly publicServer: Server
  readonly #adminServer: Server
  readonly #config: ServeConfig

  constructor(
    config: ServeConfig,
    service: Service,
    limits: ConnectionLimit['limits'],
    snapshot: SnapshotSource,
    metrics: MetricsSource,
  ) {
    this.#config = config
    const onDropped = (count: number) => {
      service.observer.dropped(count)
    }
    const isLocal = isLoopback(config.listen.host)
    this.publicServer = createHttpServer(createPublicApp(service, { isLoopback: isLocal }), {
      ...config,
      isStream: isStreamRequest,
      takeStream: streamFastPath(service, isLocal),
      bound: { limits, onDropped },
    })
    this.#adminServer = createHttpServer(
      createAdminApp(service, {
        isLoopback: isLoopback(config.adminListen.host),
        readToken: () => readAdminToken(config.adminTokenFile),
        snapshot,
        metrics,
      }),
      config,
    )
  }

  /** Rejects if an address cannot be bound. */
  async start(): Promise<ListenerUrls> {
    const { listen: address, adminListen } = this.#config
    const url = urlOf(await listen(this.publicServer, address))
    const adminUrl = urlOf(await listen(this.#adminServer, adminListen))
    return { url, adminUrl }
  }

  /** Cuts requests that are still pending after a short grace. */
  async close(): Promise<void> {
    await Promise.all([
      closeServer(this.publicServer, CLOSE_GRACE),
      closeServer(this.#adminServer, CLOSE_GRACE),
    ])
  }
}

function urlOf({ address, port }: AddressInfo): string {
  return `http://${formatAddress({ host: address, port })}`
}
