import type { IncomingHttpHeaders } from 'node:http'
import type { RequestRecord } from '../hub/hub-observer.ts'
import { parseTraceContext, type TraceContext } from '../wire/trace-context.ts'
import { clientAddress } from './client-address.ts'
import type { EventsRequest } from './events-request.ts'
import type { HttpSettings } from './service.ts'

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
