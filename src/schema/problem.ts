import { z } from 'zod'
import type { DocumentOf } from './values.ts'

export const problemDocument = z
  .strictObject({
    type: z.literal('about:blank').describe('The kind of problem is the status alone.'),
    title: z.string().min(1).describe('The name of the status.'),
    status: z.int().min(400).max(599),
    detail: z.string().min(1).describe('The expected and the received value, and what to do.'),
    log: z
      .strictObject({
        state: z
          .enum(['away', 'refused'])
          .describe('away: wait. refused: an operator must mend something.'),
        code: z.string().min(1).optional().describe('One of the codes of docs/redis.md.'),
        mend: z.string().min(1).optional().describe('What an operator can do about it.'),
      })
      .optional()
      .describe('How the log stands in the way, where it does.'),
  })
  .describe('An error (RFC 9457).')

export type ProblemDocument = DocumentOf<typeof problemDocument>
