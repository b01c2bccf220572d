/** The documents of the wire contract. Strict: a field that the contract does not name is a failure. */
import { z } from 'zod'

const position = z.string().regex(/^[0-9A-Za-z]{8}-(0|[1-9][0-9]{0,15})$/)
const cursor = z
  .string()
  .regex(/^[0-9A-Za-z]{8}-(0|[1-9]\d{0,15})(\.[0-9A-Za-z]{8}-(0|[1-9]\d{0,15}))*$/)
/** RFC 3339 in UTC with milliseconds. */
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const count = z.int().min(0)

export const gapDocument = z.strictObject({
  channel: z.string().nullable(),
  reason: z.enum(['trimmed', 'epoch-lost', 'diverged', 'ahead', 'unknown-cursor']),
  from: position.nullable(),
  to: position.nullable(),
  missed: count.nullable(),
})

export const openDocument = z.strictObject({
  stream: z.string().min(1),
  cursor,
  resumed: z.boolean(),
  heartbeat: count,
})

export const fullDocument = z.strictObject({
  reason: z.enum(['limit', 'client', 'log']),
  retry: count,
  poll: z.string().regex(/^(?:poll|\.\.\/poll\/[^/?]+)\?/),
})

export const envelopeDocument = z.strictObject({
  channel: z.string(),
  position,
  event: z.string(),
  data: z.string(),
  time,
})

export const pollDocument = z.strictObject({
  events: z.array(
    z.strictObject({ id: cursor, channel: z.string(), event: z.string(), data: z.string(), time }),
  ),
  gaps: z.array(gapDocument),
  cursor,
  more: z.boolean(),
  retry: count,
})

export const publishDocument = z.strictObject({
  channel: z.string(),
  ids: z.array(position).min(1),
})

/** RFC 9457. */
export const problemDocument = z.strictObject({
  type: z.string(),
  title: z.string().min(1),
  status: z.int().min(400).max(599),
  detail: z.string().min(1),
  /** Where the log stands in the way. */
  log: z
    .strictObject({
      state: z.enum(['away', 'refused']),
      code: z.string().min(1).optional(),
      mend: z.string().min(1).optional(),
    })
    .optional(),
})

export const capacityDocument = z.strictObject({
  status: z.enum(['ok', 'busy', 'full', 'degraded', 'draining']),
  pod: z.strictObject({ subscribers: count, limit: count }),
  fleet: z.strictObject({ subscribers: count, limit: count, pods: count }),
  advice: z.strictObject({
    transport: z.enum(['stream', 'poll']),
    retry: count,
    pollWait: count.max(55),
  }),
})
