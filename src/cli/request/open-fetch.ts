import type { Fetch } from '../../client/fetch.ts'
import { failureOf, ServiceError } from '../../client/service-error.ts'
import type { CommandIo } from '../command.ts'
import { proxyOf, type Proxy } from './proxy.ts'
import type { ServiceAddress } from './service-address.ts'

/** A `fetch` for requests to a service, with the headers of the command line and through the proxy of its variables. */
export async function openFetch(service: ServiceAddress, env: CommandIo['env']): Promise<Fetch> {
  const { url, headers } = service
  const proxy = proxyOf(url, env)
  const send = proxy === undefined ? fetchDirectly : await fetchThrough(proxy)
  // A file of headers that cannot be used ends the command before its first request.
  await headers()
  return async (target, init) => {
    const further = await readHeadersAnew(service)
    // Names in any case of letters: `accept` must replace `Accept`, and not join it.
    const all = new Headers(init.headers)
    for (const [name, value] of Object.entries(further)) all.set(name, value)
    return send(target, {
      ...init,
      headers: Object.fromEntries(all),
      // A redirect to another host would take the headers along.
      ...(Object.keys(further).length > 0 && { redirect: 'manual' }),
    })
  }
}

/**
 * The headers of a request of a command that is under way. A file of headers that cannot be used, perhaps since it is
 * being written, fails this request alone.
 */
export async function readHeadersAnew({
  headers,
}: ServiceAddress): Promise<Readonly<Record<string, string>>> {
  try {
    return await headers()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ServiceError(message, { isRetryable: true, cause: error })
  }
}

const fetchDirectly: Fetch = async (url, init) => globalThis.fetch(url, init)

/** The package is loaded only for a proxy: Node's own `fetch` tunnels plain HTTP, which many proxies refuse. */
async function fetchThrough({ url: proxy, shown }: Proxy): Promise<Fetch> {
  const { fetch, ProxyAgent } = await import('undici')
  const dispatcher = new ProxyAgent(proxy.href)
  return async (url, init) => {
    try {
      return await fetch(url, { ...init, dispatcher })
    } catch (error) {
      if (init.signal.aborted) throw error
      const { message, isRetryable } = failureOf(error, url, shown)
      // A proxy asks for other credentials: trying again would not help.
      const isRefused = message.includes('(407)')
      throw new ServiceError(message, { isRetryable: isRetryable && !isRefused, cause: error })
    }
  }
}
