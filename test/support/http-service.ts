import { promisify } from 'node:util'
import type Koa from 'koa'
import { Admission } from '../../src/capacity/admission.ts'
import { Drain } from '../../src/capacity/drain.ts'
import type { Fleet } from '../../src/capacity/fleet.ts'
import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import { createAdminApp } from '../../src/http/admin/admin-app.ts'
import type { MetricsSource } from '../../src/http/admin/metrics.ts'
import { createHttpServer, type ServerOptions } from '../../src/http/connection/http-server.ts'
import { createPublicApp } from '../../src/http/public-app.ts'
import { NO_REQUEST_TRACING, type RequestTracing } from '../../src/http/request-tracing.ts'
import { isStreamRequest } from '../../src/http/routes/stream.ts'
import type { Service } from '../../src/http/service.ts'
import { streamFastPath } from '../../src/http/stream/fast-path.ts'
import { closeServer, listen } from '../../src/lib/listener.ts'
import { observeAll, type ServiceObserver } from '../../src/service/observe-all.ts'
import { observe } from './openapi/observed-services.ts'
import { TestHub } from './test-hub.ts'

export interface HttpServiceOptions {
  readonly tracing?: RequestTracing
  readonly observer?: ServiceObserver
  readonly fleet?: Fleet
  readonly metrics?: MetricsSource
  /** Streams and polls that may be open; 10 by default. */
  readonly slots?: number
  /** Whether the public listener takes itself for one on a loopback address, as it is by default. */
  readonly isLoopback?: boolean
  /** In place of the usual settings. */
  readonly settings?: Partial<Service['settings']>
}

/** Both listeners on real sockets, with a hub whose log is scripted, and parts that a test replaces. */
export class HttpService implements AsyncDisposable {
  readonly url: string
  readonly adminUrl: string
  readonly test: TestHub
  readonly service: Service
  /** Open connections of the public listener. */
  readonly connections: () => Promise<number>
  readonly #close: () => Promise<void>

  private constructor(
    urls: { readonly url: string; readonly adminUrl: string },
    test: TestHub,
    service: Service,
    connections: () => Promise<number>,
    close: () => Promise<void>,
  ) {
    this.url = urls.url
    this.adminUrl = urls.adminUrl
    this.test = test
    this.service = service
    this.connections = connections
    this.#close = close
  }

  static async start(options: HttpServiceOptions = {}): Promise<HttpService> {
    const { isLoopback = true, metrics = () => Promise.resolve('') } = options
    const test = new TestHub()
    const service = createService(test, options)
    const admin = createAdminApp(service, {
      isLoopback: true,
      readToken: () => Promise.resolve({ state: 'unset' }),
      snapshot: () => {
        throw new Error('expected nobody to ask for the snapshot')
      },
      metrics,
    })
    const listeners = await Promise.all([
      startListener(createPublicApp(service, { isLoopback }), {
        isStream: isStreamRequest,
        takeStream: streamFastPath(service, isLoopback),
      }),
      startListener(admin),
    ])
    const [{ url, connections }, { url: adminUrl }] = listeners
    const observation = observe({ url, adminUrl })
    return new HttpService({ url, adminUrl }, test, service, connections, async () => {
      service.drain.hurry()
      await service.drain.begin()
      await Promise.all(listeners.map(({ close }) => close()))
      observation[Symbol.dispose]()
      test[Symbol.dispose]()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

function createService(
  { hub, log }: TestHub,
  {
    tracing = NO_REQUEST_TRACING,
    observer = {},
    fleet = new LocalFleet(),
    slots = 10,
    settings = {},
  }: HttpServiceOptions,
): Service {
  const limits = { maxStreams: slots, maxPolls: slots, maxPublishes: 10 }
  const admission = new Admission(
    () => ({ ...limits, perPrincipal: slots, maxPerAddress: 100 }),
    fleet,
  )
  return {
    hub,
    log,
    admission,
    drain: new Drain({ streams: () => hub.subscribers, window: () => 0 }),
    settings: {
      bodyLimit: 256 * 1024,
      maxEvent: 60 * 1024,
      subscriberStall: 30_000,
      corsOrigins: ['https://page.example'],
      hosts: [],
      trustedHops: 0,
      ...settings,
    },
    observer: observeAll([observer], (error) => {
      throw error
    }),
    tracing,
    totals: { publishedEvents: 0 },
    status: () => {
      throw new Error('expected nobody to ask for the status')
    },
    retryAfter: () => 1_000,
  }
}

async function startListener(app: Koa, streams?: Pick<ServerOptions, 'isStream' | 'takeStream'>) {
  const server = createHttpServer(app, {
    headerTimeout: 10_000,
    bodyTimeout: 10_000,
    keepAlive: 10_000,
    maxHeaderBytes: 16 * 1024,
    ...streams,
  })
  const { port } = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${port}`,
    connections: promisify(server.getConnections.bind(server)),
    close: async () => closeServer(server, 100),
  }
}
