import type { Context, Middleware } from 'koa'
import { handOver } from '../connection/hand-over.ts'
import { STREAM_HEADERS } from '../connection/stream-head.ts'
import { eventsRequest } from '../events-request.ts'
import { statusOf } from '../middleware/problems.ts'
import { pollReference } from '../poll-reference.ts'
import { prefersStatus } from '../prefers-status.ts'
import { Problem } from '../problem.ts'
import { recordRequest } from '../record-request.ts'
import type { Service } from '../service.ts'
import { admitStream, type StreamAdmission } from '../stream/admission.ts'
import { openAdmitted, type AskedStream } from '../stream/open-stream.ts'
import { refuseWithStatus } from '../stream/refusal.ts'
import { parseStreamQuery } from '../stream/stream-query.ts'
import { traceresponse } from '../trace-headers.ts'

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
    const wanted = eventsRequest(ctx)
    // Before the trace begins: the bad requests of one client must not use up the rate of openings.
    const query = parseStreamQuery(wanted, ctx.req.httpVersionMinor)
    ctx.status = 200
    ctx.set(STREAM_HEADERS)
    if (ctx.method === 'HEAD') return
    refuseBody(ctx)
    const record = recordRequest(wanted, service.settings)
    const connect = service.tracing.connect(record)
    ctx.set(traceresponse(connect?.span))
    const request = { ...record, span: connect?.span }
    const pollPath = pollReference(wanted, query.selection.channels)
    const asked = { query, request, connect, pollPath }
    const admission = await admit(ctx, service, asked)
    const sink = handOver(ctx.res)
    // The connection is no longer Koa's, which could only write an error page into the stream.
    ctx.respond = false
    openAdmitted(service, asked, admission, sink)
  }
}

/** Throws the refusal where the client asks for it by status, and what fails, and ends the trace with it. */
async function admit(ctx: Context, service: Service, asked: AskedStream): Promise<StreamAdmission> {
  const { query, request, connect } = asked
  const { selection, start: from } = query
  const { channels } = selection
  try {
    const admission = await admitStream(service, { request, connect, channels })
    if (!prefersStatus(ctx.headers)) return admission
    using slot = admission.kind === 'admitted' ? admission.slot : undefined
    await refuseWithStatus(service, { request, channels, from }, admission)
    return slot === undefined ? admission : { kind: 'admitted', slot: slot.move() }
  } catch (error) {
    connect?.end({ kind: 'answered', status: statusOf(error) })
    throw error
  }
}

function refuseBody(ctx: Context): void {
  const { headers } = ctx.req
  if (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined) {
    throw new Problem(400, 'expected a stream request without a body')
  }
}
