import { createHash } from 'node:crypto'
import type { Context } from 'koa'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { IdempotencyKey } from '../../log/event-log.ts'
import { MAX_KEY_LENGTH } from '../../schema/limits.ts'
import { Problem } from '../problem.ts'
import type { Publication } from './publish-format.ts'

/** The key in the headers; undefined where they have none. */
export function keyTextOf(ctx: Context): string | undefined {
  // Of repeated headers, `headers` has the first or all joined; to tell them apart, Node copies all headers.
  if (ctx.headers['idempotency-key'] === undefined) return undefined
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
export function keyOf(
  { principal }: RequestRecord,
  header: string | undefined,
  { events, key }: Publication,
): IdempotencyKey | undefined {
  const text = header ?? key
  if (text === undefined) return undefined
  const texts = events.map(({ name, data }) => [name, data])
  return { key: digest(`${principal}\n${text}`), fingerprint: digest(JSON.stringify(texts)) }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
