import type { StreamCapacitySpec } from '../../../schema/stream-capacity.ts'
import type { PodSnapshot, PodState } from '../../fleet/pod-state.ts'

/** Streams above the average that make no pod crowded: chance alone puts so many there. */
const CHANCE = 5

export type ServingPod = PodState & { readonly snapshot: PodSnapshot }

export interface Spread {
  readonly average: number
  readonly serving: readonly ServingPod[]
  /** Too far above the average, the fullest first. */
  readonly crowded: readonly ServingPod[]
}

/**
 * How evenly the streams lie. Moving begins where a pod is beyond the tolerance, and goes on to half of it, so that it
 * ends for long.
 */
export function spreadOf(
  pods: readonly PodState[],
  { tolerancePercent }: StreamCapacitySpec['rebalance'],
  hasBegun: boolean,
): Spread {
  const serving = pods.filter(isServing)
  const streams = serving.reduce((sum, { snapshot }) => sum + snapshot.subscribers, 0)
  const average = serving.length === 0 ? 0 : streams / serving.length
  const tolerated = Math.max(CHANCE, (average * tolerancePercent) / 100)
  const above = (most: number) => serving.filter(({ snapshot }) => snapshot.subscribers > most)
  const isMoving = hasBegun || above(average + tolerated).length > 0
  const crowded = above(average + tolerated / 2).toSorted(
    (a, b) => b.snapshot.subscribers - a.snapshot.subscribers || (a.name < b.name ? -1 : 1),
  )
  return { average, serving, crowded: isMoving ? crowded : [] }
}

/** Streams that move land on these. */
function isServing(pod: PodState): pod is ServingPod {
  const { isReady, isRunning, isTerminating, silence, snapshot } = pod
  return (
    isReady &&
    isRunning &&
    !isTerminating &&
    silence === undefined &&
    snapshot !== undefined &&
    !snapshot.isDraining
  )
}
