import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { listen } from '../../lib/listener.ts'
import type { Live } from '../../lib/live-value.ts'
import type { ServingCertificate } from './certificates/authority.ts'
import { ConnectionQuota } from './connection-quota.ts'
import type { FrontProxy } from './front-proxy.ts'
import { createMetricsApp, type MetricsAppOptions } from './metrics-app.ts'

export interface MetricsServerOptions extends MetricsAppOptions {
  /** Undefined until there is one; handshakes fail meanwhile. */
  readonly certificate: Live<ServingCertificate | undefined>
  readonly limits?: Partial<MetricsServerLimits>
}

/** Times in ms. */
export interface MetricsServerLimits {
  readonly connections: number
  readonly handshake: number
  readonly headers: number
  /** The API server reuses connections between two reads of an autoscaler, 15 s apart. */
  readonly idle: number
  readonly headerBytes: number
}

const LIMITS: MetricsServerLimits = {
  connections: 256,
  handshake: 5_000,
  headers: 5_000,
  idle: 90_000,
  // The front proxy lists all groups of a user.
  headerBytes: 64 * 1_024,
}

/** How often Node looks for requests that took too long, in ms. */
const TIMEOUT_CHECK = 1_000
/** Time for pending requests to finish, in ms. */
const CLOSE_GRACE = 2_000

/**
 * Serves the metrics API to the front proxy of the API server. Certificate and front proxy may change at any time:
 * the next connection uses what is current, and those that are open stay.
 */
export class MetricsServer {
  readonly #server: Server
  readonly #quota: ConnectionQuota
  readonly #options: MetricsServerOptions
  #certificate: ServingCertificate | undefined
  #frontProxy: FrontProxy | undefined

  constructor(options: MetricsServerOptions) {
    this.#options = options
    const limits = { ...LIMITS, ...options.limits }
    const answer = createMetricsApp(options).callback()
    this.#server = createServer({
      requestCert: true,
      // Whoever has no certificate is told so by an HTTP status, and the kubelet asks for health without one.
      rejectUnauthorized: false,
      handshakeTimeout: limits.handshake,
      headersTimeout: limits.headers,
      requestTimeout: limits.headers,
      keepAliveTimeout: limits.idle,
      maxHeaderSize: limits.headerBytes,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK, limits.headers),
    })
    this.#server.prependListener('connection', () => {
      this.#refreshSecureContext()
    })
    this.#quota = new ConnectionQuota(this.#server, limits.connections)
    // Koa answers its own errors: the promise never rejects.
    this.#server.on('request', (request, response) => void answer(request, response))
    // Without a listener, Node would ask for the body before it is refused.
    this.#server.on('checkContinue', (request, response) => void answer(request, response))
  }

  /** Resolves with the address once connections are accepted. */
  async start(address: { readonly host: string; readonly port: number }): Promise<AddressInfo> {
    return listen(this.#server, address)
  }

  /** Waits a short time for pending requests. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => {
      resolve()
    })
    const graceTimer = setTimeout(() => {
      this.#quota.destroyAll()
    }, CLOSE_GRACE)
    await promise
    clearTimeout(graceTimer)
  }

  #refreshSecureContext(): void {
    const certificate = this.#options.certificate()
    const frontProxy = this.#options.frontProxy()
    if (certificate === this.#certificate && frontProxy === this.#frontProxy) return
    this.#certificate = certificate
    this.#frontProxy = frontProxy
    this.#server.setSecureContext({
      ...(certificate && { cert: certificate.certificate, key: certificate.key }),
      // Without any, Node would trust the authorities of the public web.
      ca: [...(frontProxy?.authorities ?? [])],
    })
  }
}
