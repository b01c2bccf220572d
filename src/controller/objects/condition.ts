import { z } from 'zod'

/** As in the status of built-in kinds and of most others. */
export const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: z.string().optional(),
})
