import { isDeepStrictEqual } from 'node:util'
import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import { ClusterError } from '../cluster/cluster-error.ts'
import type { Route } from './credentials.ts'

/** The connections that have the same authorities, certificate and proxy. */
export interface ConnectionPool {
  readonly calls: Dispatcher
  /** A watch holds a connection for minutes: within one limit, watches would keep calls from theirs. */
  readonly watches: Dispatcher
}

/** In ms; below the 90 s after which API servers close a connection that idles, and below the minute of many proxies. */
const KEEP_ALIVE = 30_000

/** In ms. */
const CONNECT_TIMEOUT = 10_000

/** Keeps connections open between requests, and replaces them all when the certificates change. */
export class Connections {
  readonly #maxConnections: number
  #current: { readonly route: Route; readonly pool: ConnectionPool } | undefined
  readonly #open = new Set<Dispatcher>()
  #isClosed = false

  /** `maxConnections` is for calls: further calls wait for one. */
  constructor(maxConnections: number) {
    this.#maxConnections = maxConnections
  }

  to(route: Route): ConnectionPool {
    if (this.#isClosed)
      throw new ClusterError('unavailable', 'The client of the cluster is closed.')
    if (this.#current !== undefined && isDeepStrictEqual(this.#current.route, route)) {
      return this.#current.pool
    }
    const pool = this.#createPool(route)
    if (this.#current !== undefined) this.#retire(this.#current.pool)
    this.#current = { route, pool }
    return pool
  }

  /** Cuts all connections, with what is under way on them. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#open].map((dispatcher) => dispatcher.destroy()))
  }

  #createPool(route: Route): ConnectionPool {
    const calls = createDispatcher(route, { connections: this.#maxConnections })
    const watches = createDispatcher(route, {})
    this.#open.add(calls).add(watches)
    return { calls, watches }
  }

  /** Lets requests end that are under way. */
  #retire({ calls, watches }: ConnectionPool): void {
    for (const dispatcher of [calls, watches]) {
      const forget = () => this.#open.delete(dispatcher)
      dispatcher.close().then(forget, forget)
    }
  }
}

function createDispatcher({ tls, proxy }: Route, limits: Agent.Options): Dispatcher {
  const options = {
    ...limits,
    keepAliveTimeout: KEEP_ALIVE,
    // Though a server offers more.
    keepAliveMaxTimeout: KEEP_ALIVE,
    // Deadlines of the requests, which cover all their steps, are in force instead.
    headersTimeout: 0,
    bodyTimeout: 0,
    // A connection of HTTP/2 that breaks takes all watches and calls with it.
    allowH2: false,
  }
  const connect = { ...tls, timeout: CONNECT_TIMEOUT, keepAliveInitialDelay: KEEP_ALIVE }
  if (proxy === undefined) return new Agent({ ...options, connect })
  if (/^https?:/.test(proxy)) return new ProxyAgent({ ...options, uri: proxy, requestTls: connect })
  throw new ClusterError(
    'unavailable',
    `The proxy ${proxy} of the kubeconfig is not supported: use one of HTTP.`,
  )
}
