import type { Context, Middleware } from 'koa'
import type { AdmissionResult } from '../../capacity/admission.ts'
import { encodeRefusal } from '../../hub/encode-system-event.ts'
import { closingFrame } from '../../hub/frame.ts'
import type { Selection } from '../../hub/fan-out-group.ts'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { Start } from '../../hub/reader.ts'
import { LogUnavailable } from '../../log/event-log.ts'
import { NO_POSITION, parseCursor } from '../../wire/cursor.ts'
import { detachSocket } from '../connection/detach-socket.ts'
import { pollReference } from '../poll-reference.ts'
import { Problem, unavailable } from '../problem.ts'
import { parseChannels, parseStart, parseSwitch, queryOf } from '../query.ts'
import type { RefusalReason } from '../http-observer.ts'
import { recordRequest } from '../record-request.ts'
import type { Service } from '../service.ts'
import { StreamSocket } from '../connection/stream-socket.ts'

/** `no-transform` keeps compressing proxies from holding events back to fill their buffers. */
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
  // The stream owns the socket until it ends.
  Connection: 'close',
}

type StreamAdmission = AdmissionResult<RefusalReason>

interface StreamQuery {
  readonly selection: Selection
  readonly start: Start
  readonly ping: boolean
}

/**
 * Whether a request is for a stream, by its request line alone. The target may be a whole URL (RFC 9112,
 * section 3.2.2).
 */
export function isStreamRequest(method: string, target: string): boolean {
  return method === 'GET' && /^(?:https?:\/\/[^/?#]*)?\/stream(?:[/?#]|$)/i.test(target)
}

/**
 * The handler of `GET /stream…`. Bad requests are refused with a status, before the head is written. Other
 * refusals and failures are events, since any status but 200 ends a native EventSource for good.
 */
export function stream(service: Service): Middleware {
  return async (ctx) => {
    const request = recordRequest(ctx)
    const query = parseQuery(ctx)
    if (ctx.method === 'HEAD') {
      ctx.status = 200
      ctx.set(STREAM_HEADERS)
      return
    }
    refuseBody(ctx)

    const admission = await admit(service, request, query.selection.channels)
    // Released with the request, unless a stream takes it over.
    using _slot = admission.kind === 'admitted' ? admission.slot : undefined
    if (admission.kind === 'refused') service.observer.refused('stream', admission.reason, request)
    if (prefersStatus(ctx)) await refuseWithStatus(service, query, admission)

    ctx.status = 200
    ctx.set(STREAM_HEADERS)
    // Nothing may throw to Koa from here on: it would write an error page behind the head.
    ctx.respond = false
    await start(ctx, service, query, request, admission)
  }
}

/** Takes over the connection, for a stream or for the blocks that refuse one. */
async function start(
  ctx: Context,
  service: Service,
  { selection, start: from, ping }: StreamQuery,
  request: RequestRecord,
  admission: StreamAdmission,
): Promise<void> {
  const pollPath = pollReference(ctx, selection.channels)
  const socket = await detachSocket(ctx.res)
  if (socket === undefined) return
  const sink = new StreamSocket(socket)
  const outcome = refuseIfDraining(service, request, admission)
  if (outcome.kind === 'admitted') {
    const slot = outcome.slot.move()
    service.hub.open(selection, sink, {
      start: from,
      ping,
      request,
      connect: undefined,
      pollPath,
      slot,
    })
    return
  }
  const { reason } = outcome
  const cursor = await primer(service, selection.channels, from)
  const retry = retryAfter(service, reason)
  const blocks = encodeRefusal({ reason, retry, cursor, poll: pollPath(cursor) })
  sink.end(closingFrame(blocks, selection.framing))
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
    start: parseStart(ctx),
    ping: parseSwitch(query, 'ping'),
  }
}

function refuseBody(ctx: Context): void {
  const { headers } = ctx.req
  if (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined) {
    throw new Problem(400, 'expected a stream request without a body')
  }
}

/** Takes a slot, or gives the reason for a refusal. */
async function admit(
  { drain, log, admission }: Service,
  request: RequestRecord,
  channels: readonly string[],
): Promise<StreamAdmission> {
  if (drain.isDraining) return { kind: 'refused', reason: 'drain' }
  // The hub may still hold the channel's events, but not know its newest ones.
  if (!channels.every((channel) => log.reaches(channel))) return { kind: 'refused', reason: 'log' }
  return admission.admitStream(request)
}

/** A drain may have begun while the request waited for its turn on the connection. */
function refuseIfDraining(
  { drain, observer }: Service,
  request: RequestRecord,
  admission: StreamAdmission,
): StreamAdmission {
  if (admission.kind === 'refused' || !drain.isDraining) return admission
  observer.refused('stream', 'drain', request)
  return { kind: 'refused', reason: 'drain' }
}

/** RFC 7240: a client other than EventSource may ask for a plain status. */
function prefersStatus(ctx: Context): boolean {
  return ctx
    .get('Prefer')
    .split(',')
    .some((preference) => preference.trim().toLowerCase() === 'status')
}

/** Throws the reason that a stream would be refused for. The lookup rejects if the log is away. */
async function refuseWithStatus(
  service: Service,
  { selection, start: from }: StreamQuery,
  admission: StreamAdmission,
): Promise<void> {
  if (admission.kind === 'refused') {
    const { reason } = admission
    throw unavailable(`this pod takes no stream now: ${reason}`, retryAfter(service, reason))
  }
  await service.hub.locate(selection.channels, from)
}

function retryAfter(service: Service, refusal: RefusalReason): number {
  // A pod that drains has no slot to give, so its new clients wait as at the limit.
  return service.retryAfter(refusal === 'drain' ? 'limit' : refusal)
}

/**
 * The client's own cursor, else the position where its stream would have started. `none` for a cursor that
 * cannot be parsed: a position would hide the gap that the client has yet to get.
 */
async function primer(service: Service, channels: readonly string[], from: Start): Promise<string> {
  if (from.cursor !== undefined) {
    return parseCursor(from.cursor, channels.length) === undefined ? NO_POSITION : from.cursor
  }
  try {
    return await service.hub.locate(channels, from)
  } catch (error) {
    if (!(error instanceof LogUnavailable)) service.observer.failed(error)
    return NO_POSITION
  }
}
