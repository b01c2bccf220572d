import { createHash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { AppendResult, IdempotencyKey, NewEvent } from '../../log/event-log.ts'
import type { PublishDocument, UnconfirmedPublishDocument } from '../../schema/publish.ts'
import { formatPosition } from '../../wire/position.ts'
import { readText } from '../read-body.ts'
import { checkOrigin } from '../middleware/cross-origin.ts'
import type { PublishRecord } from '../http-observer.ts'
import { Problem, unavailable } from '../problem.ts'
import { checkEventName } from '../publish/new-event.ts'
import { findFormat, parsePublication } from '../publish/formats.ts'
import type { Publication, PublishFormat } from '../publish/publish-format.ts'
import { checkChannel, parseSingle, pathChannel, queryOf } from '../query.ts'
import { recordRequest } from '../record-request.ts'
import type { Service } from '../service.ts'

const MAX_KEY_LENGTH = 128

/** The handler of `POST /publish/{channel}`. */
export function publish(service: Service): Middleware {
  return async (ctx) => {
    const request = recordRequest(ctx)
    const channel = checkChannel(pathChannel(ctx) ?? '')
    checkOrigin(ctx, service.settings.corsOrigins)
    const format = findFormat(ctx.headers)
    const eventName = eventNameOf(ctx, format)
    const keyText = keyTextOf(ctx)

    using slot = service.admission.admitPublish()
    if (slot === undefined) {
      service.observer.refused('publish', 'limit', request)
      // The reason is `log`, since the publishes under way wait for the log.
      throw unavailable('too many publishes are under way', service.retryAfter('log'))
    }
    const body = await readText(ctx, service.settings.bodyLimit)
    const { headers } = ctx
    const publication = parsePublication(format, { headers, body, eventName }, request.trace)
    const key = keyOf(request, keyText, publication)
    const result = await append(service, request, channel, publication.events, key)
    const ids = idsOf(result)
    service.totals.publishedEvents += ids.length
    ctx.set('Cache-Control', 'no-store')
    // 202 and no error: a retry would not get a replica to confirm.
    const isUnconfirmed = result.kind === 'accepted' && result.isReplicated === false
    if (isUnconfirmed) ctx.status = 202
    const answer: PublishDocument | UnconfirmedPublishDocument = isUnconfirmed
      ? { channel, ids, replicated: false }
      : { channel, ids }
    ctx.body = answer
  }
}

/** Appends, and reports the outcome to the observer. Rejects with the log's errors. */
async function append(
  { log, observer }: Service,
  request: RequestRecord,
  channel: string,
  events: readonly NewEvent[],
  key: IdempotencyKey | undefined,
): Promise<AppendResult> {
  const askedAt = performance.now()
  const report = (outcome: PublishRecord['outcome']) => {
    const duration = performance.now() - askedAt
    observer.published({ request, channel, count: events.length, outcome, duration })
  }
  try {
    const outcome = await log.append(channel, events, key)
    report(outcome)
    return outcome
  } catch (error) {
    report({ kind: 'failed', error })
    throw error
  }
}

function eventNameOf(ctx: Context, format: PublishFormat): string | undefined {
  const name = parseSingle(queryOf(ctx), 'event')
  if (name === undefined) return undefined
  if (format.isNamedByQuery !== true) {
    throw new Problem(400, 'event: expected it in the body, event= is for text/plain')
  }
  if (name.includes('\uFFFD') && !isDecodable(ctx.querystring)) {
    throw new Problem(400, 'event: expected valid UTF-8')
  }
  checkEventName('', name)
  return name
}

/** The query parser silently replaces invalid UTF-8 by U+FFFD, so this decodes the query once more. */
function isDecodable(query: string): boolean {
  try {
    decodeURIComponent(query)
    return true
  } catch {
    return false
  }
}

function keyTextOf(ctx: Context): string | undefined {
  const [text, ...others] = ctx.req.headersDistinct['idempotency-key'] ?? []
  if (text === undefined) return undefined
  if (others.length === 0 && text.length >= 1 && text.length <= MAX_KEY_LENGTH) return text
  throw new Problem(400, `Idempotency-Key: expected it once, of 1 to ${MAX_KEY_LENGTH} bytes`)
}

/**
 * The key of the header, else that of the format. The principal is a part of it, so that no two publishers
 * share a key; neither part can hold a line break. The fingerprint leaves out the trace, since a retry may
 * have another.
 */
function keyOf(
  { principal }: RequestRecord,
  header: string | undefined,
  { events, key }: Publication,
): IdempotencyKey | undefined {
  const text = header ?? key
  if (text === undefined) return undefined
  const texts = events.map(({ name, data }) => [name, data])
  const fingerprint = createHash('sha256').update(JSON.stringify(texts)).digest('base64')
  return { key: `${principal}\n${text}`, fingerprint }
}

function idsOf(result: AppendResult): readonly string[] {
  switch (result.kind) {
    case 'accepted': {
      const { epoch, first, count } = result
      return Array.from({ length: count }, (_, index) => formatPosition(epoch, first + index))
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
        result.limit === 'keys' ? { 'Retry-After': KEYS_RETRY } : {},
      )
  }
}

/** Seconds. */
const KEYS_RETRY = '5'

const FULL = {
  channels: 'the log holds as many channels as it may (RUNNEL_MAX_CHANNELS)',
  bytes: 'the log holds as many bytes as it may (RUNNEL_LOG_BYTES)',
  keys: 'the log holds as many idempotency keys as it may; they leave after ten minutes',
  memory: 'the Redis server has no memory left for it (maxmemory)',
} as const
