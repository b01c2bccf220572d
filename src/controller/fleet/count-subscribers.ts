import type { PodState, SubscriberCount } from './pod-state.ts'

/**
 * All streams of a fleet, those of leaving pods included: they are about to land on the others. A silent pod
 * keeps its last count until its container is gone, one that never answered counts 0. Over half of the running
 * pods silent is an error and never a number, so that an autoscaler holds.
 */
export function countSubscribers(pods: readonly PodState[]): SubscriberCount {
  const running = pods.filter(({ isRunning }) => isRunning)
  const silent = running.filter(({ silence }) => silence !== undefined)
  if (silent.length * 2 > running.length) {
    const problem = `${silent.length} of ${running.length} running pods do not answer: ${silent
      .slice(0, 3)
      .map(({ name, silence }) => `${name} (${silence?.detail ?? ''})`)
      .join(', ')}`
    return { isKnown: false, problem }
  }
  const subscribers = running.reduce((sum, pod) => sum + (pod.snapshot?.subscribers ?? 0), 0)
  return { isKnown: true, subscribers }
}
