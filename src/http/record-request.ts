import type { IncomingHttpHeaders } from 'node:http'
import type { RequestRecord } from '../hub/hub-observer.ts'
import { canonicalAddress } from '../lib/ip-address.ts'
import { parseTraceContext, type TraceContext } from '../wire/trace-context.ts'
import type { EventsRequest } from './events-request.ts'
import type { HttpSettings } from './service.ts'

/** An entry of `X-Forwarded-For` in brackets, with a port, or both. */
const DECORATED = /^(?:\[([^\]]*)\](?::\d{1,5})?|(.*):\d{1,5})$/

/** The record of a request for admission and observers. The principal is empty while access is open. */
export function recordRequest(
  request: Pick<EventsRequest, 'headers' | 'socket'>,
  { trustedHops }: HttpSettings,
): RequestRecord {
  return {
    principal: '',
    address: clientAddress(request, trustedHops),
    requestedAt: performance.now(),
    trace: readTraceContext(request.headers),
    span: undefined,
  }
}

/**
 * The canonical address of the client, as far as proxies can be believed: each of the `trustedHops` proxies adds the
 * address that a request came from to the end of `X-Forwarded-For`. Where it adds something else, such as `unknown`,
 * its own address stands for those of its clients. Nothing but an address gets from the header into log lines.
 */
function clientAddress(
  { headers, socket }: Pick<EventsRequest, 'headers' | 'socket'>,
  trustedHops: number,
): string {
  // Node joins repeated headers of this name, although its types allow an array.
  const forwarded = trustedHops === 0 ? [] : String(headers['x-forwarded-for'] ?? '').split(',')
  for (const entry of forwarded.slice(-trustedHops)) {
    const address = parseEntry(entry.trim())
    if (address !== undefined) return address
  }
  return canonicalAddress(socket.remoteAddress ?? '') ?? ''
}

function parseEntry(entry: string): string | undefined {
  const text = /^"(.*)"$/.exec(entry)?.[1] ?? entry
  const address = canonicalAddress(text)
  if (address !== undefined) return address
  const [, bracketed, other] = DECORATED.exec(text) ?? []
  return canonicalAddress(bracketed ?? other ?? '')
}

function readTraceContext({
  traceparent,
  tracestate,
}: IncomingHttpHeaders): TraceContext | undefined {
  return parseTraceContext(joined(traceparent), joined(tracestate))
}

/** Node joins repeated headers of these names, although its types allow an array. */
function joined(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
