import type { Context, Middleware } from 'koa'
import type { ClientIdentity } from '../../capacity/admission.ts'
import { encodeRefusal } from '../../hub/encode-system-event.ts'
import { closingFrame } from '../../hub/frame.ts'
import type { Selection } from '../../hub/fan-out-group.ts'
import type { Start } from '../../hub/reader.ts'
import { LogUnavailable } from '../../log/event-log.ts'
import { NO_POSITION, parseCursor } from '../../wire/cursor.ts'
import { detachSocket } from '../connection/detach-socket.ts'
import { identifyClient } from '../client-identity.ts'
import { pollReference } from '../poll-reference.ts'
import { Problem, unavailable } from '../problem.ts'
import { parseChannels, parseStart, parseSwitch, queryOf } from '../query.ts'
import type { RefusalReason, Service } from '../dependencies.ts'
import { StreamSocket } from '../connection/stream-socket.ts'

/** `no-transform` keeps compressing proxies from holding events back to fill their buffers. */
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
  // The socket is the stream's until it ends.
  Connection: 'close',
}

interface StreamQuery {
  readonly selection: Selection
  readonly start: Start
  readonly ping: boolean
}

/**
 * Whether a request is for a stream, by what is known before it is parsed further. The target may be a
 * whole URL (RFC 9112, section 3.2.2).
 */
export function isStreamRequest(method: string, target: string): boolean {
  return method === 'GET' && /^(?:https?:\/\/[^/?#]*)?\/stream(?:[/?#]|$)/i.test(target)
}

/**
 * The handler of `GET /stream…`. Everything that can be refused with a status is refused before the
 * head is written; after it, refusals and failures are events, since any status but 200 ends a native
 * EventSource for good.
 */
export function stream(service: Service): Middleware {
  return async (ctx) => {
    const query = parseQuery(ctx)
    if (ctx.method === 'HEAD') {
      ctx.status = 200
      ctx.set(STREAM_HEADERS)
      return
    }
    refuseBody(ctx)

    const identity = identifyClient(ctx)
    const refusal = await admit(service, identity, query.selection.channels)
    if (refusal !== undefined) service.observer.refused('stream', refusal, identity)
    if (prefersStatus(ctx)) await refuseWithStatus(service, query, identity, refusal)

    ctx.status = 200
    ctx.set(STREAM_HEADERS)
    // Koa supports this no further, so from here on nothing may throw to it: the head would be followed
    // by an error page.
    ctx.respond = false
    await start(ctx, service, query, identity, refusal)
  }
}

async function start(
  ctx: Context,
  service: Service,
  { selection, start: from, ping }: StreamQuery,
  identity: ClientIdentity,
  refusalAtFirst: RefusalReason | undefined,
): Promise<void> {
  const pollPath = pollReference(ctx, selection.channels)
  const socket = await detachSocket(ctx.res)
  if (socket === undefined) {
    if (refusalAtFirst === undefined) service.admission.releaseStream(identity)
    return
  }
  const refusal = refusalAtFirst ?? giveBackIfDraining(service, identity)
  const sink = new StreamSocket(socket)
  if (refusal === undefined) {
    const { address: client, principal } = identity
    service.hub.open(selection, sink, { start: from, ping, client, principal, pollPath })
    return
  }
  const cursor = await primer(service, selection.channels, from)
  const retry = retryAfter(service, refusal)
  const blocks = encodeRefusal({ reason: refusal, retry, cursor, poll: pollPath(cursor) })
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

/** Takes a place, or says why there is none. */
async function admit(
  service: Service,
  identity: ClientIdentity,
  channels: readonly string[],
): Promise<RefusalReason | undefined> {
  if (service.drain.isDraining) return 'drain'
  // The channel may be at hand from before, but where it stands now nobody can tell.
  if (!channels.every((channel) => service.log.reaches(channel))) return 'log'
  const verdict = await service.admission.admitStream(identity)
  return verdict === 'admitted' ? undefined : verdict
}

/** A drain may have begun while the request waited for its turn on the connection. */
function giveBackIfDraining(service: Service, identity: ClientIdentity): 'drain' | undefined {
  if (!service.drain.isDraining) return undefined
  service.admission.releaseStream(identity)
  service.observer.refused('stream', 'drain', identity)
  return 'drain'
}

/** RFC 7240: a client that is no EventSource may ask for a plain status. */
function prefersStatus(ctx: Context): boolean {
  return ctx
    .get('Prefer')
    .split(',')
    .some((preference) => preference.trim().toLowerCase() === 'status')
}

async function refuseWithStatus(
  service: Service,
  { selection, start: from }: StreamQuery,
  identity: ClientIdentity,
  refusal: RefusalReason | undefined,
): Promise<void> {
  if (refusal !== undefined) {
    throw unavailable(`this pod takes no stream now: ${refusal}`, retryAfter(service, refusal))
  }
  try {
    await service.hub.locate(selection.channels, from)
  } catch (error) {
    service.admission.releaseStream(identity)
    throw error
  }
}

function retryAfter(service: Service, refusal: RefusalReason): number {
  // A pod that leaves has no place either.
  return service.retryAfter(refusal === 'drain' ? 'limit' : refusal)
}

/**
 * The client's own cursor, else the place it would have started from. Who brings what is no cursor keeps
 * none: a position would hide the gap that it has yet to be told.
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
