import { z } from 'zod'
import { capacityDocument } from './capacity-status.ts'
import { channelName, count, time, type DocumentOf } from './values.ts'

const troubleState = z
  .enum(['away', 'refused'])
  .describe('away: the log does not answer, or not yet. refused: it does not do what it is asked.')

const trouble = z
  .strictObject({
    scope: z
      .enum(['log', 'requests', 'channel'])
      .describe(
        'The failing requests to the log. log: all of them. requests: some. channel: those for one channel.',
      ),
    state: troubleState,
    code: z
      .string()
      .regex(/^[a-z-]+$/)
      .describe('One of the codes of docs/redis.md.'),
    detail: z.string().min(1).describe('For operators: it may name hosts, users and keys.'),
    mend: z.string().min(1).describe('What to do about it.'),
    since: time,
    seconds: count.describe('How long it has lasted.'),
    count: count.describe('Requests that have failed by it so far.'),
    channel: channelName.optional(),
    key: z
      .string()
      .optional()
      .describe('Name or pattern of a key that another program has written.'),
  })
  .describe('What stands in the way of the log.')

const log = z.strictObject({
  ready: z.boolean().describe('The log was reached at least once.'),
  reachable: z.boolean().describe('The log answers, and may be used.'),
  state: z.enum(['ok', ...troubleState.options]),
  troubles: z.array(trouble),
  details: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe('For people: sizes and addresses, no secrets.'),
})

const capacityFile = z.union([
  z
    .strictObject({ path: z.string(), state: z.enum(['absent', 'active']) })
    .describe(
      'absent: there is no file; flags and variables are in force. active: it is in force.',
    ),
  z
    .strictObject({ path: z.string(), state: z.literal('invalid'), problem: z.string() })
    .describe('The file is refused; the last valid one stays in force, or none.'),
])

export const snapshotDocument = z
  .strictObject({
    version: z.string().regex(/^\d+\.\d+\.\d+/),
    uptime: count.describe('Seconds since the process started.'),
    status: capacityDocument.shape.status,
    draining: z.boolean(),
    subscribers: count,
    limit: count,
    polls: count,
    channels: count.describe('Channels that have subscribers or polls, or had some a moment ago.'),
    rates: z
      .strictObject({ published: z.number().min(0), delivered: z.number().min(0) })
      .describe('Events per second, over the last few seconds.'),
    log,
    capacityFile: capacityFile.nullable().describe('Null where no capacity file is set.'),
  })
  .describe('A pod as it stands.')

export type CapacityFileState = DocumentOf<typeof capacityFile>
export type Snapshot = DocumentOf<typeof snapshotDocument>
