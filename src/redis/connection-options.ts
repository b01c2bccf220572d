import type { ClusterOptions, RedisOptions } from 'ioredis'
import type { RedisUrl } from '../lib/redis-url.ts'

export interface RedisAccess {
  readonly url: RedisUrl
  /** PEM of the authorities that sign the servers' certificates, in place of the system's. */
  readonly authorities: string | undefined
}

/** Replies have the same shapes whatever protocol the server speaks. */
export type ServerOptions = RedisOptions & { readonly replyMapping: 'legacy' }

/** Most time in ms that any answer may take; whoever waits for it holds a request. */
export const ANSWER_TIMEOUT = 2_000
/** Silence in ms, with something asked, after which a connection counts as dead. */
const SOCKET_TIMEOUT = 3_000

/**
 * The library's own defaults would wait for a frozen server for ever, queue what cannot be sent, and send
 * again what may have been done already. Here everything fails soon and once, and the caller decides.
 */
function commonOptions({ url, authorities }: RedisAccess): ServerOptions {
  return {
    replyMapping: 'legacy',
    connectionName: 'runnel',
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    connectTimeout: ANSWER_TIMEOUT,
    // Subscriptions are made anew by their owner, who can tell what became of them.
    autoResubscribe: false,
    ...(url.username !== undefined && { username: url.username }),
    ...(url.password !== undefined && { password: url.password }),
    ...(url.tls && { tls: authorities === undefined ? {} : { ca: authorities } }),
  }
}

/** For one connection: to the server, or to whatever the sentinels call the primary. */
export function serverOptions(access: RedisAccess): ServerOptions {
  const { url } = access
  const common: ServerOptions = {
    ...commonOptions(access),
    db: url.db,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: retryDelay,
    // A name that led to a primary may lead to a replica now. In a cluster, replicas say where to go.
    reconnectOnError: isReadOnly,
  }
  if (url.topology === 'single') return { ...common, ...url.hosts[0] }
  return {
    ...common,
    sentinels: [...url.hosts],
    ...(url.primaryName !== undefined && { name: url.primaryName }),
    ...(url.sentinelUsername !== undefined && { sentinelUsername: url.sentinelUsername }),
    ...(url.sentinelPassword !== undefined && { sentinelPassword: url.sentinelPassword }),
    ...(common.tls !== undefined && { sentinelTLS: common.tls, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: ANSWER_TIMEOUT,
    sentinelRetryStrategy: retryDelay,
    // The library writes each failure to standard error, whoever listens.
    sentinelReconnectStrategy: (attempt) => Math.min(1_000 * 2 ** (attempt - 1), 10_000),
    // Without it, a connection to a primary that was frozen and replaced is never given up.
    failoverDetector: true,
  }
}

/** For a connection to one node of a cluster. */
export function nodeOptions(access: RedisAccess, host: string, port: number): ServerOptions {
  return {
    ...commonOptions(access),
    host,
    port,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: retryDelay,
  }
}

export function clusterOptions(
  access: RedisAccess,
): ClusterOptions & { readonly redisOptions: ServerOptions } {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    // It would send again what the lost connection may have carried out.
    retryDelayOnFailover: 0,
    maxRedirections: 8,
    slotsRefreshInterval: 2_000,
    slotsRefreshTimeout: ANSWER_TIMEOUT,
    clusterRetryStrategy: retryDelay,
    clusterNodeRetryStrategy: retryDelay,
    redisOptions: commonOptions(access),
  }
}

/** A replica was asked to write. */
export function isReadOnly(error: Error): boolean {
  return error.message.startsWith('READONLY')
}

/** In ms: 50, 100, 200 … 1,000, with jitter, so that the fleet does not come back as one. */
function retryDelay(attempt: number): number {
  const delay = Math.min(50 * 2 ** Math.min(attempt - 1, 10), 1_000)
  return Math.round(delay * (0.75 + Math.random() * 0.5))
}
