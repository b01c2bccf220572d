import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps, type RequestOptions } from 'node:https'
import { checkServerIdentity } from 'node:tls'
import { parseFields } from '../../client/parse-json.ts'
import type { Address } from '../../config/kinds/address.ts'
import { formatDuration } from '../../config/kinds/duration.ts'
import { endpointOf } from '../service-arguments.ts'
import type { CheckAttempt } from './check-order.ts'

export interface AskOptions {
  readonly accept: string
  /** Where to connect instead of to the host of the URL, which stays the one that is asked for. */
  readonly connect: Address | undefined
  /** How long the head of the answer may take, in ms. */
  readonly patience: number
  /** Ends the request, and the answer as well. */
  readonly signal: AbortSignal
}

/** Nothing failed, but nothing came within the patience. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/**
 * Sends a GET with the headers of a browser's EventSource, since these decide what a proxy does with
 * the answer. `fetch` cannot do it: it takes no `Host` and decompresses. Resolves to the head. It is why
 * `check` opens its connections itself, and takes from the client what decodes and what reads refusals.
 */
export async function ask(url: URL, options: AskOptions): Promise<IncomingMessage> {
  const { accept, connect, patience, signal } = options
  const { hostname, protocol } = url
  const settings: RequestOptions = {
    ...(connect !== undefined && { hostname: connect.host, port: connect.port }),
    headers: {
      // The name in TLS (SNI) is taken from it, too.
      Host: url.host,
      Accept: accept,
      // Never decoded: a stream that comes compressed has failed.
      'Accept-Encoding': 'gzip, deflate, br, zstd',
      'Cache-Control': 'no-cache',
      Connection: 'keep-alive',
    },
    // Else an address of which the certificate says nothing would be compared with `connect`.
    checkServerIdentity: (_, certificate) => checkServerIdentity(hostname, certificate),
    // A connection kept from an attempt before may lead to a proxy's process that knows no new routes.
    agent: false,
    signal,
  }
  const request = (protocol === 'https:' ? requestHttps : requestHttp)(url, settings)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // What breaks once the answer has begun is told by the answer, and means nothing here any more.
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

/** Of a body that is no stream, in bytes, and in ms. */
const LIMITS = { size: 1024 * 1024, time: 5_000 }

/** What comes of a body before it is too much or takes too long. */
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
    // As far as it came.
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(chunks).toString()
}

/** How long the answer of a poll is waited for, in ms. */
const POLL_PATIENCE = 5_000

/**
 * How many events of the channel the service has that answers at the URL; undefined if none answers. It
 * tells events that are held back on the way from events that went to another service.
 */
export async function askKept(
  { url, channel, connect }: CheckAttempt,
  signal: AbortSignal,
): Promise<number | undefined> {
  const poll = endpointOf(url, `/poll/${channel}`)
  poll.search = '?from=earliest&wait=0&limit=1000'
  try {
    const options = { accept: 'application/json', connect, patience: POLL_PATIENCE, signal }
    const { events } = parseFields(await readBody(await ask(poll, options)))
    return Array.isArray(events) ? events.length : undefined
  } catch {
    return undefined
  }
}
