import type { FleetFacts } from '../fleet-facts.ts'
import type { Movement } from '../movement.ts'
import type { Verdict } from './verdict.ts'

const MOVEMENTS: Readonly<Record<Movement, readonly [reason: string, message: string]>> = {
  rollout: ['RollingOut', 'Pods are being replaced by newer ones.'],
  scale: ['Scaling', 'Pods are being added or removed.'],
  drain: ['Draining', 'Pods that leave hand their streams over.'],
  start: ['PodsStarting', 'Pods are not ready yet.'],
}

/** The condition Reconciling of kstatus, absent where nothing is under way. */
export function reconciling({ autoscalers, movement, obstacles }: FleetFacts): Verdict | undefined {
  if (obstacles.length > 0) return undefined
  if (autoscalers.leftover !== undefined) {
    const message = `HorizontalPodAutoscaler ${autoscalers.leftover.metadata.name} is being removed.`
    return { status: 'True', reason: 'HandingOver', message }
  }
  if (movement === undefined) return undefined
  const [reason, message] = MOVEMENTS[movement]
  return { status: 'True', reason, message }
}

/** The condition Stalled of kstatus, absent where nobody needs to act. */
export function stalled({ obstacles: [obstacle] }: FleetFacts): Verdict | undefined {
  if (obstacle === undefined) return undefined
  const { reason, message } = obstacle
  return { status: 'True', reason, message, event: 'Warning' }
}
