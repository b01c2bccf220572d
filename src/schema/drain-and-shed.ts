import { z } from 'zod'
import { count, type DocumentOf } from './values.ts'

/** Longest time over which streams are shed, in seconds. */
export const MAX_OVER = 3_600

const over = z
  .number()
  .min(0)
  .max(MAX_OVER)
  .default(10)
  .describe('Seconds over which the closings are spread.')

export const shedBody = z
  .union([
    z.strictObject({
      percent: z.number().gt(0).max(100).describe('Share of the open streams, rounded up.'),
      over,
    }),
    z.strictObject({ count: z.int().min(1).describe('How many streams.'), over }),
  ])
  .describe('Which streams to ask to move.')

export const drainAnswer = z
  .strictObject({ draining: count.describe('Streams that are open.') })
  .describe('The drain has begun.')

export const shedAnswer = z
  .strictObject({ shedding: count.describe('Streams that are asked to move.') })
  .describe('The shedding has begun.')

export type ShedBody = DocumentOf<typeof shedBody>
export type DrainAnswer = DocumentOf<typeof drainAnswer>
export type ShedAnswer = DocumentOf<typeof shedAnswer>
