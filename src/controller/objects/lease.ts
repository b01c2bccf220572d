import { z } from 'zod'
import type { Kind } from './kind.ts'
import { metadata } from './metadata.ts'

const lease = z.object({
  metadata,
  spec: z
    .object({
      /** Empty once its holder has released it. */
      holderIdentity: z.string().optional(),
      leaseDurationSeconds: z.number().optional(),
      /** RFC 3339 with exactly six digits of a second: the API server refuses any other number of them. */
      acquireTime: z.string().optional(),
      /** As `acquireTime`. */
      renewTime: z.string().optional(),
      leaseTransitions: z.number().optional(),
    })
    .optional(),
})

export type Lease = z.infer<typeof lease>

export const LEASE: Kind<Lease> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  isNamespaced: true,
  schema: lease,
}
