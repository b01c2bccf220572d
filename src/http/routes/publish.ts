import type { Context, Middleware } from 'koa'
import { between } from '../../lib/jitter.ts'
import type { AppendResult, IdempotencyKey, NewEvent } from '../../log/event-log.ts'
import type { PublishDocument, UnconfirmedPublishDocument } from '../../schema/publish.ts'
import { formatPosition } from '../../wire/position.ts'
import { readText } from '../read-body.ts'
import { checkChannel, pathChannel } from '../channel-name.ts'
import { checkOrigin } from '../middleware/cross-origin.ts'
import { statusOf } from '../middleware/problems.ts'
import type { PublishRecord } from '../http-observer.ts'
import { Problem, unavailable } from '../problem.ts'
import { findFormat, withTrace } from '../publish/formats.ts'
import { keyOf, keyTextOf } from '../publish/idempotency-key.ts'
import { eventNameInQuery } from '../publish/event-name-in-query.ts'
import { checkEventSizes } from '../publish/new-event.ts'
import { recordRequest } from '../record-request.ts'
import type { PublishTrace } from '../request-tracing.ts'
import type { Service } from '../service.ts'
import { asksForTrace, traceresponse } from '../trace-headers.ts'

export interface PublishOptions {
  /** Whether clients may ask for a trace of their publish. */
  readonly mayForceTrace: boolean
}

/** What is appended, and for which request. */
interface Append extends Pick<PublishRecord, 'request' | 'channel'> {
  readonly events: readonly NewEvent[]
  readonly key: IdempotencyKey | undefined
}

/** The handler of `POST /publish/{channel}`. */
export function publish(service: Service, { mayForceTrace }: PublishOptions): Middleware {
  return async (ctx) => {
    const request = recordRequest(ctx.req, service.settings)
    const channel = checkChannel(pathChannel(ctx) ?? '')
    checkOrigin(ctx)
    const format = findFormat(ctx.headers)
    const eventName = eventNameInQuery(ctx, format)
    const keyText = keyTextOf(ctx)
    const isForced = mayForceTrace && asksForTrace(ctx)

    using slot = service.admission.admitPublish()
    if (slot === undefined) {
      service.observer.refused('publish', 'limit', request)
      // The reason is `log`, since the publishes under way wait for the log.
      throw unavailable('too many publishes are under way', service.retryAfter('log'))
    }
    const body = await readText(ctx, service.settings.bodyLimit)
    const publication = format.parse({ headers: ctx.headers, body, eventName })
    const { events } = publication
    checkEventSizes(channel, events, service.settings.maxEvent)
    const key = keyOf(request, keyText, publication)
    const trace = service.tracing.publish({ request, channel, events, isForced })
    ctx.set(traceresponse(trace?.span))
    try {
      const result = await append(service, { request, channel, events, key }, trace)
      answer(ctx, service, channel, result)
    } catch (error) {
      trace?.end(statusOf(error))
      throw error
    }
    trace?.end(ctx.status)
  }
}

/** Appends, and reports the outcome. Rejects with the log's errors. */
async function append(
  { log, observer }: Service,
  { request, channel, events, key }: Append,
  trace: PublishTrace | undefined,
): Promise<AppendResult> {
  const span = trace?.span
  const asked = { request: { ...request, span }, channel, count: events.length }
  const askedAt = performance.now()
  const report = (outcome: PublishRecord['outcome']) => {
    const duration = performance.now() - askedAt
    trace?.appended(outcome)
    observer.published({ ...asked, outcome, duration })
  }
  try {
    const outcome = await log.append(channel, withTrace(events, trace?.context), key)
    report(outcome)
    return outcome
  } catch (error) {
    report({ kind: 'failed', error })
    throw error
  }
}

/** Throws a problem for events that the log has not accepted. */
function answer(ctx: Context, { totals }: Service, channel: string, result: AppendResult): void {
  const ids = idsOf(result)
  totals.publishedEvents += ids.length
  ctx.set('Cache-Control', 'no-store')
  // 202 and no error: a retry would not get a replica to confirm.
  const isUnconfirmed = result.kind === 'accepted' && result.isReplicated === false
  if (isUnconfirmed) ctx.status = 202
  const document: PublishDocument | UnconfirmedPublishDocument = isUnconfirmed
    ? { channel, ids, replicated: false }
    : { channel, ids }
  ctx.set('Content-Type', 'application/json; charset=utf-8')
  // As text, since Koa looks up the type of an object, and looks at the head again and again.
  ctx.body = JSON.stringify(document)
}

function idsOf(result: AppendResult): readonly string[] {
  switch (result.kind) {
    case 'accepted': {
      const { epoch, first, count } = result
      const ids: string[] = []
      for (let offset = first; offset < first + count; offset++) {
        ids.push(formatPosition(epoch, offset))
      }
      return ids
    }
    case 'key-reused':
      throw new Problem(422, 'Idempotency-Key: it was used for other events within ten minutes')
    case 'too-large':
      throw new Problem(
        413,
        'expected no more events and bytes than the history of a channel holds',
      )
    case 'full':
      // Keys expire one by one, so a retry can succeed soon.
      throw new Problem(
        507,
        FULL[result.limit],
        result.limit === 'keys' ? { 'Retry-After': String(between(...KEYS_RETRY)) } : {},
      )
  }
}

/** Seconds between which a wait is drawn, so that publishers that were refused together come back one by one. */
const KEYS_RETRY = [2, 10] as const

const FULL = {
  channels: 'the log holds as many channels as it may (RUNNEL_MAX_CHANNELS)',
  bytes: 'the log holds as many bytes as it may (RUNNEL_LOG_BYTES)',
  keys: 'the log holds as many idempotency keys as it may; they leave after ten minutes',
  memory: 'the Redis server has no memory left for it (maxmemory)',
} as const
