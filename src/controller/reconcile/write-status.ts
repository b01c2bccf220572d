import { isDeepStrictEqual } from 'node:util'
import type { StreamCapacityStatus } from '../../schema/stream-capacity.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Metadata } from '../objects/metadata.ts'
import { STREAM_CAPACITY } from '../objects/stream-capacity.ts'

const FIELD_MANAGER = 'runnel-controller-status'

/**
 * In ms. Streams come and go all the time: each write reaches every watcher of the object, so that mere counts
 * are written no more often.
 */
export const COUNT_INTERVAL = 15_000

/** Whether a status says something new, beside counts. */
export function isNews(stored: StreamCapacityStatus, next: StreamCapacityStatus): boolean {
  const counts = { subscribers: 0, capacity: 0, pods: [] }
  return !isSameStatus({ ...stored, ...counts }, { ...next, ...counts })
}

export function isSameStatus(stored: StreamCapacityStatus, next: StreamCapacityStatus): boolean {
  return isDeepStrictEqual(withoutUndefined(stored), withoutUndefined(next))
}

/** Replaces the status of the object. */
export async function writeStatus(
  cluster: Cluster,
  { name, namespace }: Metadata,
  status: StreamCapacityStatus,
): Promise<void> {
  await cluster.apply(
    STREAM_CAPACITY,
    { metadata: { name, namespace }, status },
    { fieldManager: FIELD_MANAGER, subresource: 'status' },
  )
}

/** As JSON has it, since the stored status has come as JSON. */
function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
