import type { Fetch } from '../../client/fetch.ts'
import { failureOf, ServiceError } from '../../client/service-error.ts'
import type { CommandIo } from '../command.ts'
import { faultOf } from './connection-fault.ts'
import { proxyOf, type Proxy } from './proxy.ts'
import type { ServiceAddress } from './service-address.ts'

/** A `fetch` for requests to a service, with the headers of the command line and through the proxy of its variables. */
export async function openFetch(service: ServiceAddress, env: CommandIo['env']): Promise<Fetch> {
  return openFetchThrough(service, proxyOf(service.url, env))
}

/** The same through a proxy that is known; without one it goes straight. */
export async function openFetchThrough(
  service: ServiceAddress,
  proxy: Proxy | undefined,
): Promise<Fetch> {
  const send = proxy === undefined ? fetchDirectly : await fetchThrough(proxy)
  // A file of headers that cannot be used ends the command before its first request.
  await service.headers()
  return async (target, init) => {
    const further = await readHeadersAnew(service)
    // Names in any case of letters: `accept` must replace `Accept`, and not join it.
    const all = new Headers(init.headers)
    for (const [name, value] of Object.entries(further)) all.set(name, value)
    try {
      return await send(target, {
        ...init,
        headers: Object.fromEntries(all),
        // A redirect to another host would take the headers along.
        ...(Object.keys(further).length > 0 && { redirect: 'manual' }),
      })
    } catch (error) {
      throw init.signal.aborted ? error : explainFailure(error, target, proxy)
    }
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
async function fetchThrough({ url: proxy }: Proxy): Promise<Fetch> {
  const { fetch, ProxyAgent } = await import('undici')
  const dispatcher = new ProxyAgent(proxy.href)
  return async (url, init) => fetch(url, { ...init, dispatcher })
}

/** The error as it is where it says all: the callers name the address themselves. */
function explainFailure(error: unknown, url: URL, proxy: Proxy | undefined): unknown {
  const fault = faultOf(error)
  if (proxy === undefined && (fault === undefined || fault.kind === 'unreached')) return error
  const shown = fault === undefined ? error : new Error(fault.sentence)
  const { message } = failureOf(shown, url, proxy?.shown)
  // Trying again does not help where a proxy asks for other credentials. A server may get another certificate.
  const isRetryable = fault?.kind !== 'proxy-credentials'
  return new ServiceError(message, { isRetryable, cause: error })
}
