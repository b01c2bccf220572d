import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps, type RequestOptions } from 'node:https'
import { checkServerIdentity } from 'node:tls'
import { parseFields } from '../../client/parse-json.ts'
import type { Address } from '../../config/kinds/address.ts'
import { formatDuration } from '../../config/kinds/duration.ts'
import { readHeadersAnew } from '../request/open-fetch.ts'
import type { Proxy } from '../request/proxy.ts'
import { endpointOf, type ServiceAddress } from '../request/service-address.ts'
import type { CheckAttempt } from './check-arguments.ts'

export interface AskOptions {
  readonly accept: string
  readonly service: ServiceAddress
  readonly proxy: Proxy | undefined
  /** Address of the connection, instead of the host of the URL; the `Host` header and TLS keep the URL's. */
  readonly connect: Address | undefined
  /** Longest wait for the head of the answer, in ms. */
  readonly patience: number
  /** Ends the request and the body of the answer. */
  readonly signal: AbortSignal
}

/** The server accepted the request and sent no head within `patience`. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/**
 * Sends a GET with the headers of a browser's EventSource, since a proxy may treat the answer by them.
 * Resolves to the head. `fetch` cannot send it, since it sets `Host` itself and decompresses the answer.
 */
export async function ask(url: URL, options: AskOptions): Promise<IncomingMessage> {
  const { accept, service, proxy, connect, patience, signal } = options
  const { hostname, protocol } = url
  const settings: RequestOptions = {
    ...(connect !== undefined && { hostname: connect.host, port: connect.port }),
    headers: {
      // Node takes the server name of TLS (SNI) from this header.
      Host: url.host,
      Accept: accept,
      // The body is never decompressed: a compressed stream fails the check.
      'Accept-Encoding': 'gzip, deflate, br, zstd',
      'Cache-Control': 'no-cache',
      Connection: 'keep-alive',
      ...(await readHeadersAnew(service)),
    },
    // By default Node would compare the certificate with the address in `connect`.
    checkServerIdentity: (_, certificate) => checkServerIdentity(hostname, certificate),
    // A connection kept from an earlier attempt may lead to an old worker of a proxy, without the new route.
    agent: proxy === undefined ? false : agentOf(proxy, protocol),
    signal,
  }
  const request = (protocol === 'https:' ? requestHttps : requestHttp)(url, settings)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // Once the answer has begun, its body reports the errors, and the promise ignores them.
  request.on('response', resolve).on('error', reject).end()
  const timer = setTimeout(() => {
    request.destroy(new NoAnswer(`no answer came for ${formatDuration(Math.round(patience))}`))
  }, patience)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

function agentOf({ url: { href } }: Proxy, protocol: string): HttpAgent {
  const proxyEnv = { http_proxy: href, https_proxy: href }
  return protocol === 'https:' ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv })
}

/** Bounds of reading a body that is no stream: `size` in bytes, `time` in ms. */
const LIMITS = { size: 1024 * 1024, time: 5_000 }

/** The body as text, cut at the limits of size and time. */
export async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  const timer = setTimeout(() => answer.destroy(), LIMITS.time)
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size > LIMITS.size) break
    }
  } catch {
    // The part that has arrived is enough for a message.
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(chunks).toString()
}

/** Longest wait for the answer to a poll, in ms. */
const POLL_PATIENCE = 5_000

/**
 * The number of events in the channel at the service behind the URL; undefined without an answer. It
 * distinguishes events held back by a proxy from events published to another service.
 */
export async function askKept(
  { service, channel, connect, proxy }: CheckAttempt,
  signal: AbortSignal,
): Promise<number | undefined> {
  const poll = endpointOf(service.url, `/poll/${channel}`)
  poll.search = '?from=earliest&wait=0&limit=1000'
  try {
    const answer = await ask(poll, {
      accept: 'application/json',
      service,
      proxy,
      connect,
      patience: POLL_PATIENCE,
      signal,
    })
    const { events } = parseFields(await readBody(answer))
    return Array.isArray(events) ? events.length : undefined
  } catch {
    return undefined
  }
}
