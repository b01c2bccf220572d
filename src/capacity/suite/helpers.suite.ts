import { expect } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { randomId } from '../../lib/random-id.ts'
import type { Fleet, FleetView, PodFacts } from '../fleet.ts'

export interface PodUnderTest extends AsyncDisposable {
  readonly fleet: Fleet
  /** Ends the pod without farewell, as the death of its process does. */
  crash(): void
}

export interface FleetUnderTest extends AsyncDisposable {
  /** Starts one more pod, which joins. The same one each time if the fleet has a single pod. */
  startPod(readFacts?: () => PodFacts): Promise<PodUnderTest>
  /** Parts all pods from each other and lets them meet again; absent where no two can be parted. */
  readonly outage?: {
    begin(): Promise<void>
    end(): Promise<void>
  }
}

/** Opens a fleet without pods that shares nothing with any other. Its times to live are short. */
export type OpenFleet = () => Promise<FleetUnderTest>

/** Runs of each property: every run may be dozens of round trips to a server. */
export const RUNS = { numRuns: 50 }

export const FACTS: PodFacts = { subscribers: 2, limit: 10 }

/** A client that no earlier run has counted. */
export function newClient(): string {
  return `suite ${randomId(12)}`
}

export function counted(...pods: readonly PodFacts[]): FleetView {
  const sum = (valueOf: (facts: PodFacts) => number) =>
    pods.reduce((total, facts) => total + valueOf(facts), 0)
  const others = {
    pods: pods.length,
    subscribers: sum(({ subscribers }) => subscribers),
    limit: sum(({ limit }) => limit),
    free: sum(({ subscribers, limit }) => Math.max(0, limit - subscribers)),
  }
  return { kind: 'counted', others }
}

/** Two pods that know each other; twice the same if the fleet has a single pod. */
export async function startTwo(
  under: FleetUnderTest,
): Promise<readonly [PodUnderTest, PodUnderTest]> {
  const pods = [await under.startPod(), await under.startPod()] as const
  for (const { fleet } of pods) {
    await untilView(fleet, pods[0].fleet === pods[1].fleet ? { kind: 'alone' } : counted(FACTS))
  }
  return pods
}

export async function untilView(fleet: Fleet, expected: FleetView): Promise<void> {
  await eventually(() => {
    expect(fleet.view).toEqual(expected)
  })
}

/** A release may be on its way to the other pods, so the limit is asked for again. */
export async function untilAdmitted(fleet: Fleet, client: string, limit: number): Promise<void> {
  await eventually(async () => {
    expect(await fleet.admit(client, limit)).toBe(true)
  })
}
