import { isDeepStrictEqual } from 'node:util'
import type { StreamCapacityStatus } from '../../../schema/stream-capacity.ts'
import type { FleetFacts } from '../fleet-facts.ts'
import type { FleetState } from '../fleet-plan.ts'
import { conditionsFrom } from './conditions.ts'
import { capacityOf, podStatuses } from './pod-statuses.ts'
import type { Verdict } from './verdict.ts'

/** Counts of streams change all the time: alone they are written once in so many ms. */
const COUNTS_INTERVAL = 10_000

export interface StatusPlan {
  readonly status: StreamCapacityStatus
  readonly countsAt: number
}

export function planStatus(
  state: FleetState,
  facts: FleetFacts,
  verdicts: Readonly<Record<string, Verdict | undefined>>,
  countsAt: number,
): StatusPlan {
  const { now, status: stored } = state
  const fresh = freshStatus(state, facts, verdicts)
  if (isDeepStrictEqual(fresh, stored)) return { status: stored, countsAt }
  const onlyCounts = isDeepStrictEqual(withoutCounts(fresh), withoutCounts(stored))
  if (onlyCounts && now - countsAt < COUNTS_INTERVAL) return { status: stored, countsAt }
  return { status: fresh, countsAt: now }
}

function freshStatus(
  state: FleetState,
  { count, choice, deployment }: FleetFacts,
  verdicts: Readonly<Record<string, Verdict | undefined>>,
): StreamCapacityStatus {
  const { now, metadata, pods, status } = state
  const { generation = 0 } = metadata
  const told = podStatuses(pods)
  return {
    observedGeneration: generation,
    ...(count.isKnown ? { subscribers: count.subscribers } : {}),
    capacity: capacityOf(pods),
    provider: choice.provider,
    ...(deployment === undefined
      ? {}
      : {
          replicas: deployment.spec.replicas ?? 1,
          readyReplicas: deployment.status?.readyReplicas ?? 0,
        }),
    // The API server drops an empty list that replaces another one, and the status would be written again.
    ...(told.length === 0 ? {} : { pods: told }),
    conditions: conditionsFrom(verdicts, status.conditions ?? [], now, generation),
  }
}

function withoutCounts({ subscribers, pods = [], ...others }: StreamCapacityStatus): unknown {
  return {
    ...others,
    isCounted: subscribers !== undefined,
    pods: pods.map((pod) => ({ ...pod, subscribers: 0 })),
  }
}
