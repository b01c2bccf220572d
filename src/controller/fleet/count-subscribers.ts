import type { PodState, SubscriberCount } from './pod-state.ts'

/**
 * All streams of a fleet, those of leaving pods included: they are about to land on the others. A silent pod
 * keeps its last count until its container is gone. One that never answered, and may hold any number, counts as
 * much as the others on average, which changes nothing for an autoscaler. A pod that is starting counts 0.
 * Over half of the pods silent, or none that serves, is an error and never a number, so that an autoscaler holds.
 */
export function countSubscribers(pods: readonly PodState[]): SubscriberCount {
  const holders = pods.filter(mayHoldStreams)
  if (holders.length === 0 && pods.length > 0) {
    return { isKnown: false, problem: `none of ${pods.length} pods is ready` }
  }
  const silent = holders.filter(({ silence }) => silence !== undefined)
  const counts = holders.flatMap(({ snapshot }) => snapshot?.subscribers ?? [])
  if (silent.length * 2 > holders.length || (silent.length > 0 && counts.length === 0)) {
    const problem = `${silent.length} of ${holders.length} running pods do not answer: ${silent
      .slice(0, 3)
      .map(({ name, silence }) => `${name} (${silence?.detail ?? ''})`)
      .join(', ')}`
    return { isKnown: false, problem }
  }
  const known = counts.reduce((sum, count) => sum + count, 0)
  const neverHeard = silent.filter(({ snapshot }) => snapshot === undefined).length
  const guess = neverHeard === 0 ? 0 : Math.ceil((known / counts.length) * neverHeard)
  return { isKnown: true, subscribers: known + guess }
}

function mayHoldStreams({ isRunning, isReady, silence, snapshot }: PodState): boolean {
  return isRunning && (isReady || silence !== undefined || snapshot !== undefined)
}
