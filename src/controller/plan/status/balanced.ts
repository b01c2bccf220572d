import type { FleetFacts } from '../fleet-facts.ts'
import type { FleetState } from '../fleet-plan.ts'
import { mayShed } from '../rebalance/may-shed.ts'
import type { Spread } from '../rebalance/spread.ts'
import type { Verdict } from './verdict.ts'

/** Whether the streams lie evenly on the pods. */
export function balanced(state: FleetState, facts: FleetFacts, spread: Spread): Verdict {
  if (!facts.count.isKnown) {
    const message =
      'Most pods do not answer, so nobody knows. The condition PodsReachable says why.'
    return { status: 'Unknown', reason: 'CountUnknown', message }
  }
  if (spread.serving.length === 0) {
    return { status: 'Unknown', reason: 'NoPods', message: 'No pod serves.' }
  }
  if (spread.crowded.length === 0) {
    const message = 'No pod holds many more streams than the average.'
    return { status: 'True', reason: 'WithinTolerance', message, event: 'Normal' }
  }
  if (!state.spec.rebalance.enabled) {
    const message =
      'Some pods hold many more streams than the average, and stay so: spec.rebalance.enabled is false.'
    return { status: 'False', reason: 'Disabled', message, event: 'Normal' }
  }
  if (!mayShed(state, facts)) {
    const message =
      'Some pods hold many more streams than the average. They hand some over as soon as no pod comes or goes and ' +
      'all pods answer.'
    return { status: 'False', reason: 'Waiting', message }
  }
  const message =
    'Some pods hold many more streams than the average, and ask some of them to move to emptier pods.'
  return { status: 'False', reason: 'Rebalancing', message, event: 'Normal' }
}
