import type { Context, Middleware } from 'koa'
import { encodeRefusal } from '../../hub/encode-system-event.ts'
import { closingFrame } from '../../hub/frame.ts'
import type { Selection } from '../../hub/fan-out-group.ts'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { Start } from '../../hub/reader.ts'
import type { ConnectOutcome, ConnectTrace } from '../../hub/stream-tracing.ts'
import { detachSocket } from '../connection/detach-socket.ts'
import { statusOf } from '../middleware/problems.ts'
import { pollReference } from '../poll-reference.ts'
import { prefersStatus } from '../prefers-status.ts'
import { Problem } from '../problem.ts'
import { ignoredNames, parseChannels, parseStart, parseSwitch, queryOf } from '../query.ts'
import { recordRequest } from '../record-request.ts'
import type { Service } from '../service.ts'
import { admitStream, refuseIfDraining, type StreamAdmission } from '../stream/admission.ts'
import { cursorOfRefusal, refuseWithStatus, retryAfter } from '../stream/refusal.ts'
import { StreamSocket } from '../connection/stream-socket.ts'
import { setTraceresponse } from '../trace-headers.ts'

/**
 * The charset keeps readers that go by HTTP's old default, such as Python's requests, from decoding as Latin-1.
 * `no-transform` keeps compressing proxies from holding events back to fill their buffers.
 */
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
  // The stream owns the socket until it ends.
  Connection: 'close',
}

interface StreamQuery {
  readonly selection: Selection
  readonly start: Start
  readonly ping: boolean
  readonly ignored: readonly string[] | undefined
}

/**
 * Whether a request is for a stream, by its request line alone. The target may be a whole URL (RFC 9112,
 * section 3.2.2).
 */
export function isStreamRequest(method: string, target: string): boolean {
  return method === 'GET' && /^(?:https?:\/\/[^/?#]*)?\/stream(?:[/?#]|$)/i.test(target)
}

/** A request for a stream, and the trace of its opening. */
interface TracedRequest {
  readonly request: RequestRecord
  readonly connect: ConnectTrace | undefined
}

/**
 * The handler of `GET /stream…`. Bad requests are refused with a status, before the head is written. Other
 * refusals and failures are events, since any status but 200 ends a native EventSource for good.
 */
export function stream(service: Service): Middleware {
  return async (ctx) => {
    // Before the trace begins: the bad requests of one client must not use up the rate of openings.
    const query = parseQuery(ctx)
    if (ctx.method === 'HEAD') {
      ctx.status = 200
      ctx.set(STREAM_HEADERS)
      return
    }
    refuseBody(ctx)
    const request = recordRequest(ctx, service.settings)
    const connect = service.tracing.connect(request)
    const span = connect?.span
    setTraceresponse(ctx, span)
    let outcome: ConnectOutcome | undefined
    try {
      outcome = await open(ctx, service, query, { request: { ...request, span }, connect })
    } catch (error) {
      outcome = failureOf(ctx, error)
      throw error
    } finally {
      if (outcome !== undefined) connect?.end(outcome)
    }
  }
}

/** Opens a stream or refuses it. Resolves to undefined where the hub has taken over the trace. */
async function open(
  ctx: Context,
  service: Service,
  query: StreamQuery,
  traced: TracedRequest,
): Promise<ConnectOutcome | undefined> {
  const admission = await admitStream(service, traced.request, query.selection.channels)
  // Released with the request, unless a stream takes it over.
  using _slot = admission.kind === 'admitted' ? admission.slot : undefined
  if (admission.kind === 'admitted') traced.connect?.admitted()
  if (prefersStatus(ctx)) {
    const { selection, start: from } = query
    const asked = { request: traced.request, channels: selection.channels, from }
    await refuseWithStatus(service, asked, admission)
  }

  ctx.status = 200
  ctx.set(STREAM_HEADERS)
  // Nothing may throw to Koa from here on: it would write an error page behind the head.
  ctx.respond = false
  return await start(ctx, service, query, traced, admission)
}

/** Takes over the connection, for a stream or for the blocks that refuse one. */
async function start(
  ctx: Context,
  service: Service,
  { selection, start: from, ping, ignored }: StreamQuery,
  traced: TracedRequest,
  admission: StreamAdmission,
): Promise<ConnectOutcome | undefined> {
  const pollPath = pollReference(ctx, selection.channels)
  const socket = await detachSocket(ctx.res)
  if (socket === undefined) return { kind: 'gone' }
  const sink = new StreamSocket(socket)
  const admitted = refuseIfDraining(service, traced.request, admission)
  if (admitted.kind === 'admitted') {
    const { slot } = admitted
    try {
      service.hub.open(selection, sink, { start: from, ping, ignored, ...traced, pollPath, slot })
    } catch (error) {
      // The HTTP server has given the connection away.
      sink.destroy()
      throw error
    }
    return undefined
  }
  const { reason } = admitted
  const cursor = await cursorOfRefusal(service, selection.channels, from)
  const retry = retryAfter(service, reason)
  const blocks = encodeRefusal({ reason, retry, cursor, poll: pollPath(cursor) })
  sink.end(closingFrame(blocks, selection.framing))
  return { kind: 'refused', reason }
}

/** An error before the head becomes an answer with a status; one after it ends the stream. */
function failureOf({ headerSent }: Context, error: unknown): ConnectOutcome {
  if (headerSent) return { kind: 'closed', reason: 'fault', error }
  return { kind: 'answered', status: statusOf(error) }
}

function parseQuery(ctx: Context): StreamQuery {
  const query = queryOf(ctx)
  const channels = parseChannels(ctx)
  return {
    selection: {
      channels,
      envelope: parseSwitch(query, 'envelope') || channels.length > 1,
      framing: ctx.req.httpVersionMinor === 0 ? 'raw' : 'chunked',
    },
    start: parseStart(ctx, channels.length),
    ping: parseSwitch(query, 'ping'),
    ignored: ignoredNames(ctx),
  }
}

function refuseBody(ctx: Context): void {
  const { headers } = ctx.req
  if (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined) {
    throw new Problem(400, 'expected a stream request without a body')
  }
}
