import { formatDuration, parseDuration } from '../../config/kinds/duration.ts'
import type { Deployment } from '../objects/workloads.ts'

/** Of Kubernetes, in seconds. */
const DEFAULT_GRACE = 30

/** Seconds that a pod needs after its drain to close its listeners, on a busy node too. */
const CLOSING = 10

export interface DrainWindow {
  /** As pods are told. */
  readonly text: string
  readonly milliseconds: number
  /** Set where the window is shorter than the one asked for, since the kubelet kills a pod after its grace period. */
  readonly cut?: { readonly grace: number; readonly neededGrace: number }
}

/** The drain window that the grace period of the pods leaves room for. */
export function drainWindow(asked: string, deployment: Deployment | undefined): DrainWindow {
  const milliseconds = parseDuration(asked) ?? 0
  const pod = deployment?.spec.template.spec
  if (deployment === undefined) return { text: asked, milliseconds }
  const sleeps = (pod?.containers ?? []).map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds)
  const before = Math.max(0, ...sleeps.map((seconds) => seconds ?? 0))
  const grace = pod?.terminationGracePeriodSeconds ?? DEFAULT_GRACE
  const room = Math.max(0, grace - before - CLOSING) * 1_000
  if (milliseconds <= room) return { text: asked, milliseconds }
  const neededGrace = before + Math.ceil(milliseconds / 1_000) + CLOSING
  return { text: formatDuration(room), milliseconds: room, cut: { grace, neededGrace } }
}
