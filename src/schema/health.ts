import { z } from 'zod'

export const healthDocument = z.strictObject({ status: z.literal('ok') }).describe('All is well.')
