import { z } from 'zod'
import { streamCapacityStatus, type StreamCapacityStatus } from '../../schema/stream-capacity.ts'
import type { Kind } from './kind.ts'
import { metadata } from './metadata.ts'

/**
 * `spec` and `status` are whatever is stored: an object may be older than the rules of its CRD, and one that
 * breaks them must not stop the controller from reading the others.
 */
const streamCapacity = z.object({
  metadata,
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
})

export type StreamCapacity = z.infer<typeof streamCapacity>

export const STREAM_CAPACITY: Kind<StreamCapacity> = {
  apiVersion: 'runnel.dev/v1alpha1',
  kind: 'StreamCapacity',
  plural: 'streamcapacities',
  isNamespaced: true,
  schema: streamCapacity,
}

/** The status as it is stored; empty where it is none of ours. */
export function storedStatus({ status }: StreamCapacity): StreamCapacityStatus {
  return streamCapacityStatus.safeParse(status ?? {}).data ?? {}
}
