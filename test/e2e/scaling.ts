/** A fleet whose number of pods follows its streams, small and quick enough for tests. */
import type { StreamCapacityStatus } from '../../src/schema/stream-capacity.ts'
import { fleetTable, streamCapacityOf } from './fleet.ts'
import { patiently } from './patiently.ts'
import type { Release, Values } from '../../rig/release/release.ts'

/** Streams a pod. */
export const TARGET = 20

/** So many pods do for the streams of `staying` and `visiting` readers, and one for those who stay. */
export const CROWD = { staying: 10, visiting: 40, pods: 3 }

export function scalingValues(provider: 'Direct' | 'KEDA'): Values {
  return {
    'streamCapacity.scaling.provider': provider,
    'streamCapacity.scaling.minReplicas': 1,
    'streamCapacity.scaling.maxReplicas': 5,
    // A reload of the ingress cuts all streams for a moment, which must not look like fewer of them.
    'streamCapacity.scaling.scaleDown.stabilizationSeconds': 15,
    'streamCapacity.scaling.scaleDown.maxPercent': 100,
    'streamCapacity.subscribersPerPod.target': TARGET,
    // One pod holds the whole crowd while it is not scaled.
    'streamCapacity.subscribersPerPod.limit': 4 * TARGET,
    'streamCapacity.drain.window': '2s',
  }
}

/** Resolves when the status is as expected, and prints the fleet as people see it. */
export async function expectStatus(
  release: Release,
  name: string,
  check: (status: StreamCapacityStatus) => void,
): Promise<void> {
  await patiently(async () => {
    const { status } = await streamCapacityOf(release)
    check(status ?? {})
  })
  console.log(`${name}:\n${await fleetTable(release)}`)
}

/** The reason of a condition that is as it should not be; of any, where it ought to be absent. */
export function reasonOf(
  { conditions = [] }: StreamCapacityStatus,
  type: string,
): string | undefined {
  return conditions.find((condition) => condition.type === type)?.reason
}
