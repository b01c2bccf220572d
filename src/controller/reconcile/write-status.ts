import type { StreamCapacityStatus } from '../../schema/stream-capacity.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Metadata } from '../objects/metadata.ts'
import { STREAM_CAPACITY, type StreamCapacity } from '../objects/stream-capacity.ts'

const FIELD_MANAGER = 'runnel-controller-status'

/** Replaces the status of an object. */
export async function writeStatus(
  cluster: Pick<Cluster, 'apply'>,
  { name, namespace }: Metadata,
  status: StreamCapacityStatus,
): Promise<StreamCapacity> {
  return cluster.apply(
    STREAM_CAPACITY,
    { metadata: { name, namespace }, status },
    { fieldManager: FIELD_MANAGER, subresource: 'status' },
  )
}
