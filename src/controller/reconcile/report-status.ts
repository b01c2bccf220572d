import { isDeepStrictEqual } from 'node:util'
import { storedStatus, STREAM_CAPACITY, type StreamCapacity } from '../objects/stream-capacity.ts'
import type { FleetPlan } from '../plan/fleet-plan.ts'
import type { Means } from './carry-out.ts'
import { failureOf } from './failure.ts'
import type { FleetCluster } from './fleet-cluster.ts'

const FIELD_MANAGER = 'runnel-controller-status'

/** Writes a status that is new, then the events about it: a status that is not written makes them again. */
export async function reportStatus(
  { record }: Pick<Means, 'record'>,
  cluster: FleetCluster,
  object: StreamCapacity,
  { status, events }: Pick<FleetPlan, 'status' | 'events'>,
): Promise<void> {
  // The uid keeps a namesake that has taken the place of the object from getting its status.
  const { name, namespace, uid } = object.metadata
  const manifest = { metadata: { name, namespace, uid }, status }
  const options = { fieldManager: FIELD_MANAGER, subresource: 'status' } as const
  if (!isDeepStrictEqual(status, storedStatus(object))) {
    try {
      await cluster.apply(STREAM_CAPACITY, manifest, options)
    } catch (error) {
      const failure = failureOf([error])
      // Nothing else can tell of a status that is refused.
      if (failure !== undefined) record(object, { type: 'Warning', ...failure })
      throw error
    }
  }
  for (const event of events) record(object, event)
}
