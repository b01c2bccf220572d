import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { ClusterOptions, Redis, RedisOptions } from 'ioredis'
import type { RedisUrl } from '../lib/redis-url.ts'
import { isReadOnly } from './connection-errors.ts'
import type { Credentials } from './credentials.ts'
import { checkNames } from './server-identity.ts'

export interface RedisAccess {
  readonly url: RedisUrl
  /** Begins the names of all keys and pub/sub channels. */
  readonly prefix: string
  readonly credentials: Credentials
}

/** Replies have the same shapes whatever protocol the server speaks. */
export type ServerOptions = RedisOptions & { readonly replyMapping: 'legacy' }

/** Most time that an answer may take, in ms: an HTTP request may be waiting for it. */
export const ANSWER_TIMEOUT = 2_000
/** How long a connection with pending commands may be silent before it counts as dead, in ms. */
const SOCKET_TIMEOUT = 3_000

/**
 * By default the library would wait for a frozen server for ever, queue commands that it cannot send, and
 * resend commands that may have been carried out. With these options a command fails soon and once, and the
 * caller decides.
 */
function commonOptions(access: RedisAccess, host?: string): ServerOptions {
  const { username } = access.credentials
  const tls = tlsOptions(access, host)
  return {
    replyMapping: 'legacy',
    connectionName: 'runnel',
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    connectTimeout: ANSWER_TIMEOUT,
    // The owner of a subscription makes it anew, so that it knows when the subscription is in force.
    autoResubscribe: false,
    ...(username !== undefined && { username }),
    ...(tls !== undefined && { tls }),
  }
}

/**
 * Undefined for servers without TLS. The library copies the properties at each attempt to connect. `host`: where the
 * server is, unless sentinels are still to name it.
 */
export function tlsOptions(
  { url, credentials }: RedisAccess,
  host?: string,
): ConnectionOptions | undefined {
  if (!url.tls) return undefined
  const written = url.hosts.map((each) => each.host)
  // Sent along, since a proxy may choose by it. A server that is known by address is behind a name that was written.
  const servername = [host, ...written].find((each) => each !== undefined && !isIP(each))
  return {
    get secureContext() {
      return credentials.secureContext
    },
    ...(servername !== undefined && { servername }),
    // Called as a method of the options of the connection, which say where the server was reached.
    checkServerIdentity(this: ConnectionOptions, name, certificate) {
      return checkNames([this.host ?? name, ...written], certificate)
    },
  }
}

/**
 * Makes a connection look up its password at each attempt to connect, and each copy that the library makes of it.
 * The option of the library is a text, which it does not look into.
 */
export function lookUpPassword(connection: Redis, credentials: Credentials): void {
  Object.defineProperty(connection.options, 'password', {
    enumerable: true,
    get: () => credentials.password,
  })
  lookUpSentinelPassword(connection, credentials)
}

/**
 * Sentinels for which the URL has no user and no password get those of the servers once they ask. Before that they get
 * none, since a sentinel without such a user refuses it.
 */
function lookUpSentinelPassword(connection: Redis, credentials: Credentials): void {
  const { options } = connection
  if (options.sentinelUsername != undefined || options.sentinelPassword != undefined) return
  connection.on('error', (error: Error) => {
    const [, answer] = /sentinels\b.*\b(NOAUTH|WRONGPASS)\b/.exec(error.message) ?? []
    if (answer !== undefined) credentials.areForSentinels = answer === 'NOAUTH'
  })
  Object.defineProperties(options, {
    sentinelUsername: {
      enumerable: true,
      get: () => (credentials.areForSentinels ? credentials.username : undefined),
    },
    sentinelPassword: {
      enumerable: true,
      get: () => (credentials.areForSentinels ? credentials.password : undefined),
    },
  })
}

/** For a connection to the single server, or to the primary that the sentinels name. */
export function serverOptions(access: RedisAccess): ServerOptions {
  const { url } = access
  const [first] = url.hosts
  const common: ServerOptions = {
    ...commonOptions(access, url.topology === 'single' ? first!.host : undefined),
    db: url.db,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: retryDelay,
    // A host name that led to a primary may lead to a replica after a fail-over. A cluster needs no such
    // rule: its replicas redirect.
    reconnectOnError: isReadOnly,
  }
  if (url.topology === 'single') return { ...common, ...first }
  return {
    ...common,
    sentinels: [...url.hosts],
    ...(url.primaryName !== undefined && { name: url.primaryName }),
    ...(url.sentinelUsername !== undefined && { sentinelUsername: url.sentinelUsername }),
    ...(url.sentinelPassword !== undefined && { sentinelPassword: url.sentinelPassword }),
    ...(common.tls !== undefined && { sentinelTLS: common.tls, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: ANSWER_TIMEOUT,
    sentinelRetryStrategy: retryDelay,
    // The library writes each failure to standard error, even with a listener: hence the back-off.
    sentinelReconnectStrategy: (attempt) => Math.min(1_000 * 2 ** (attempt - 1), 10_000),
    // Without the detector, a connection to a primary that was frozen and replaced is never given up.
    failoverDetector: true,
  }
}

/** For a connection to one node of a cluster. */
export function nodeOptions(access: RedisAccess, host: string, port: number): ServerOptions {
  return {
    ...commonOptions(access, host),
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
    // The library would take the first address of a name. TLS needs the name, and another address may be the one
    // that answers.
    dnsLookup: (host, callback) => {
      callback(undefined, host)
    },
    // A retry would resend commands that the lost connection may have carried out.
    retryDelayOnFailover: 0,
    maxRedirections: 8,
    slotsRefreshInterval: 2_000,
    slotsRefreshTimeout: ANSWER_TIMEOUT,
    clusterRetryStrategy: retryDelay,
    clusterNodeRetryStrategy: retryDelay,
    redisOptions: commonOptions(access),
  }
}

/** 50, 100, 200 … 1,000 ms, with jitter, so that the pods of a fleet do not reconnect all at once. */
function retryDelay(attempt: number): number {
  const delay = Math.min(50 * 2 ** Math.min(attempt - 1, 10), 1_000)
  return Math.round(delay * (0.75 + Math.random() * 0.5))
}
