import { z } from 'zod'
import { POLL_WAIT } from './limits.ts'
import { count, retry, type DocumentOf } from './values.ts'

export const capacityDocument = z
  .strictObject({
    status: z
      .enum(['ok', 'busy', 'full', 'degraded', 'draining'])
      .describe(
        'busy: nine tenths of the limit, or the event loop is under pressure. degraded: the log does not ' +
          'answer. draining: the pod leaves.',
      ),
    pod: z.strictObject({ subscribers: count, limit: count }).describe('The pod that answers.'),
    fleet: z
      .strictObject({ subscribers: count, limit: count, pods: count.min(1) })
      .describe('All pods that share the log, as far as they are known.'),
    advice: z
      .strictObject({
        transport: z.enum(['stream', 'poll']),
        retry,
        pollWait: z.int().min(0).max(POLL_WAIT.max).describe('Seconds to hold a poll.'),
      })
      .describe('What a client should do.'),
  })
  .describe('How full the service is, at most a second old.')

export type CapacityStatus = DocumentOf<typeof capacityDocument>
