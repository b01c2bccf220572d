import type { PodStatus } from '../../../schema/stream-capacity.ts'
import type { PodState } from '../../fleet/pod-state.ts'

/** As many pods as a fleet may have. */
const MOST = 500

/** Pods that have ended hold no streams, and are left out. */
export function podStatuses(pods: readonly PodState[]): readonly PodStatus[] {
  return pods
    .filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed')
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(podStatus)
}

function podStatus({ name, isReady, isTerminating, snapshot, silence }: PodState): PodStatus {
  return {
    name,
    subscribers: snapshot?.subscribers ?? 0,
    limit: snapshot?.limit ?? 0,
    ready: isReady,
    draining: isTerminating || snapshot?.isDraining === true,
    ...(silence === undefined ? {} : { silent: true }),
  }
}

/** Streams that the pods which take new ones may hold. */
export function capacityOf(pods: readonly PodState[]): number {
  return pods
    .filter(({ isReady, isTerminating }) => isReady && !isTerminating)
    .reduce((sum, { snapshot }) => sum + (snapshot?.isDraining === false ? snapshot.limit : 0), 0)
}
