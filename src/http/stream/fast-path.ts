import type { TakeConnection } from '../connection/first-request.ts'
import { encodeFields, encodeStreamHead, STREAM_HEADERS } from '../connection/stream-head.ts'
import { StreamSocket } from '../connection/stream-socket.ts'
import { parseQuery, type EventsRequest } from '../events-request.ts'
import { hostCheck } from '../middleware/host-check.ts'
import { pollReference } from '../poll-reference.ts'
import { Problem } from '../problem.ts'
import { recordRequest } from '../record-request.ts'
import type { Service } from '../service.ts'
import { traceresponse } from '../trace-headers.ts'
import { openStream } from './open-stream.ts'
import { parseStreamQuery, type StreamQuery } from './stream-query.ts'

/** The path of a stream with names that need no decoding, and its query. */
const PLAIN_TARGET = /^\/stream(?:\/([\w.~:-]+))?(?:\?([^#]*))?$/

/** Those of the usual way, which is of any origin's interest. */
const FIELDS = encodeFields({ Vary: 'Origin', ...STREAM_HEADERS })

/**
 * The short way of a stream: past the objects of `node:http` and Koa, and with one write for head and opening. Only
 * requests that nothing needs to be told by a status take it; all others, such as those of another origin's page, go
 * through the middleware to the route `stream`, which answers the same.
 *
 * Own code: after a cut, thousands of clients come back at once, and the usual way costs a pod six times as much.
 */
export function streamFastPath(service: Service, isLoopback: boolean): TakeConnection {
  const { settings, tracing } = service
  const isKnownHost = isLoopback ? hostCheck(settings.hosts) : () => true
  return ({ target, headers }, socket) => {
    const found = PLAIN_TARGET.exec(target)
    const isPlain = headers.origin === undefined && headers['prefer'] === undefined
    if (found === null || !isPlain || !isKnownHost(headers.host)) return false
    const asked = { headers, pathChannel: found[1], query: parseQuery(found[2] ?? ''), socket }
    const query = parsed(asked)
    if (query === undefined) return false

    const record = recordRequest(asked, settings)
    const connect = tracing.connect(record)
    const span = connect?.span
    const request = span === undefined ? record : { ...record, span }
    const head = encodeStreamHead(FIELDS + encodeFields(traceresponse(span)), 1)
    const pollPath = pollReference(asked, query.selection.channels)
    openStream(service, { query, request, connect, pollPath }, new StreamSocket(socket, head))
    return true
  }
}

/** Undefined where the route answers what is wrong. */
function parsed(asked: EventsRequest): StreamQuery | undefined {
  try {
    return parseStreamQuery(asked, 1)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
