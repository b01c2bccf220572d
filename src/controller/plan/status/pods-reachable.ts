import type { PodState, Silence } from '../../fleet/pod-state.ts'
import { listNames, type Verdict } from './verdict.ts'

const SILENCES: Readonly<
  Record<
    Silence['reason'],
    { readonly reason: string; readonly says: string; readonly mend: string }
  >
> = {
  refused: {
    reason: 'Refused',
    says: 'keep the controller out',
    mend:
      'Let its pods reach the admin port (9090): look at NetworkPolicies, the rules of the mesh and ' +
      'RUNNEL_ADMIN_LISTEN. Or have the API server ask them: RUNNEL_POD_PROXY, controller.podProxy of the chart.',
  },
  timeout: {
    reason: 'Timeout',
    says: 'do not answer in time',
    mend: 'Look at NetworkPolicies, which drop packets, and at the processor time of the pods.',
  },
  error: {
    reason: 'BadAnswer',
    says: 'answer without a snapshot',
    mend: 'Look whether the admin port (9090) is that of Runnel, of the version of this controller.',
  },
  unasked: {
    reason: 'NotAsked',
    says: 'have not been asked yet',
    mend: 'That takes some seconds.',
  },
}

/** Whether every pod tells the controller how many streams it holds. */
export function podsReachable(pods: readonly PodState[]): Verdict {
  const running = pods.filter(({ isRunning }) => isRunning)
  if (running.length === 0) {
    return { status: 'Unknown', reason: 'NoPods', message: 'No pod runs.' }
  }
  const kinds = Object.entries(SILENCES).flatMap(([kind, { reason, says, mend }]) => {
    const names = running
      .filter(({ silence }) => silence?.reason === kind)
      .map(({ name }) => name)
      .toSorted()
    return names.length === 0
      ? []
      : [{ reason, text: `Pods ${says}: ${listNames(names)}. ${mend}` }]
  })
  const [first] = kinds
  if (first === undefined) {
    const message = 'Every pod tells the controller of its streams.'
    return { status: 'True', reason: 'AllAnswer', message, event: 'Normal' }
  }
  const message = `${kinds.map(({ text }) => text).join(' ')} Their last known numbers count meanwhile.`
  return { status: 'False', reason: first.reason, message, event: 'Warning' }
}
