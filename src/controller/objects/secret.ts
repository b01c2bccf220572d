import { z } from 'zod'
import type { Kind } from './kind.ts'
import { metadata } from './metadata.ts'

const secret = z.object({
  metadata,
  /** Cannot be changed, and so has to be sent along when a Secret is replaced. */
  type: z.string().optional(),
  /** The values are in base64. */
  data: z.record(z.string(), z.string()).nullish(),
})

export type Secret = z.infer<typeof secret>

export const SECRET: Kind<Secret> = {
  apiVersion: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  isNamespaced: true,
  schema: secret,
}
