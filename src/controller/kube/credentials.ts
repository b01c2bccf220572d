import type { RequestOptions } from 'node:https'
import { isDeepStrictEqual } from 'node:util'
import { KubeConfig } from '@kubernetes/client-node'
import { ClusterError } from '../cluster/cluster-error.ts'

/** How the API server is reached. Connections are kept for as long as it stays the same. */
export interface Route {
  /** The authorities to trust, and the client's own certificate. */
  readonly tls: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>
  /** A URL. */
  readonly proxy: string | undefined
}

/** What a request needs to be let in. */
export interface Access {
  /** Tokens, and whom the controller acts for. */
  readonly headers: Readonly<Record<string, string>>
  readonly route: Route
}

/** In ms. A `KubeConfig` reads files synchronously each time it is asked, so it is not asked for each request. */
const MAX_AGE = 10_000

/** The credentials of a `KubeConfig`, read anew as they rotate. As long as they stay the same, so does the object. */
export class Credentials {
  #config: KubeConfig
  #last: { readonly access: Access; readonly readAt: number } | undefined
  #reading: Promise<Access> | undefined

  constructor(config: KubeConfig) {
    this.#config = config
  }

  /** Rejects with a `ClusterError` where a file or a plugin fails. */
  async current(): Promise<Access> {
    if (this.#last !== undefined && performance.now() - this.#last.readAt < MAX_AGE) {
      return this.#last.access
    }
    return this.#readOnce(this.#config)
  }

  /** Reads anew what the API server has not accepted, unless that was done since. */
  async renew(rejected: Access): Promise<Access> {
    const access = await this.current()
    if (access !== rejected) return access
    // A KubeConfig keeps tokens for a minute and longer; a copy starts without.
    const { clusters, users, contexts, currentContext } = this.#config
    const copy = new KubeConfig()
    copy.loadFromOptions({ clusters, users, contexts, currentContext })
    return this.#readOnce(copy)
  }

  async #readOnce(config: KubeConfig): Promise<Access> {
    this.#reading ??= this.#read(config).finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(config: KubeConfig): Promise<Access> {
    const read = await readAccess(config)
    const access = isDeepStrictEqual(read, this.#last?.access) ? (this.#last?.access ?? read) : read
    this.#config = config
    this.#last = { access, readAt: performance.now() }
    return access
  }
}

async function readAccess(config: KubeConfig): Promise<Access> {
  const options: RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
    const { ca, cert, key, rejectUnauthorized, servername } = options
    const tls = { ca, cert, key, rejectUnauthorized, servername }
    return {
      headers: headersOf(options),
      route: { tls, proxy: config.getCurrentCluster()?.proxyUrl },
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const advice = 'Check the kubeconfig, or the service account token of the pod.'
    throw new ClusterError(
      'unauthorized',
      `The credentials for the API server cannot be read: ${reason}. ${advice}`,
      { cause: error },
    )
  }
}

function headersOf({ headers = {}, auth }: RequestOptions): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  const basic =
    typeof auth === 'string' ? `Basic ${Buffer.from(auth).toString('base64')}` : undefined
  return {
    ...Object.fromEntries(entries),
    ...(basic === undefined ? {} : { Authorization: basic }),
  }
}
