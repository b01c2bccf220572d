import { isDeepStrictEqual } from 'node:util'
import type { PodStatus } from '../../schema/stream-capacity.ts'
import { uidOf } from '../objects/metadata.ts'
import type { Pod } from '../objects/workloads.ts'
import { describePod, isStarting } from './describe-pod.ts'
import {
  afterPoll,
  firstSight,
  unheard,
  type Observation,
  type SnapshotAnswer,
} from './observation.ts'
import type { PodState } from './pod-state.ts'
import { runningContainer } from './server-container.ts'

/** The pods of a StreamCapacity, as its Deployment selects them. */
export interface ObservedFleet {
  /** Namespace and name of the StreamCapacity. */
  readonly key: string
  readonly pods: readonly Pod[]
  /** Of the stored status. It counts only for pods that this process meets for the first time. */
  readonly storedPods: readonly PodStatus[]
}

/** Polls within which a container that starts well answers. */
const POLLS_OF_NEW_POD = 10

/** What is known of each pod, from when it is first seen until it is gone. */
export class ObservedPods {
  readonly #byUid = new Map<string, Observation>()

  /** The state of each pod, in the order of the fleet. It meets those that are new. */
  describe(fleet: ObservedFleet): readonly PodState[] {
    return fleet.pods.map((pod) => describePod(pod, this.#meet(pod, fleet)))
  }

  /** Meets the pods of all fleets, and forgets those that are gone. */
  update(fleets: readonly ObservedFleet[]): void {
    const present = new Set<string>()
    for (const fleet of fleets) {
      for (const pod of fleet.pods) {
        present.add(uidOf(pod))
        this.#meet(pod, fleet)
      }
    }
    for (const uid of this.#byUid.keys()) if (!present.has(uid)) this.#byUid.delete(uid)
  }

  /** Whether the pod has not answered yet, and has been asked only a few times. */
  isNew(pod: Pod): boolean {
    const known = this.#byUid.get(uidOf(pod))
    return known !== undefined && !known.isHeard && known.polls < POLLS_OF_NEW_POD
  }

  /**
   * Notes how a poll of the pod ended, and tells whether its state has changed. The answer of a container that has
   * been replaced meanwhile is dropped.
   */
  record(pod: Pod, answer: SnapshotAnswer): boolean {
    const before = this.#byUid.get(uidOf(pod))
    if (before === undefined || before.container !== runningContainer(pod)) return false
    const after = afterPoll(before, answer, isStarting(pod, before))
    this.#byUid.set(uidOf(pod), after)
    return !isDeepStrictEqual(describePod(pod, before), describePod(pod, after))
  }

  #meet(pod: Pod, { storedPods }: ObservedFleet): Observation {
    const known = this.#byUid.get(uidOf(pod))
    const container = runningContainer(pod)
    if (known !== undefined && known.container === container) return known
    const stored = storedPods.find(({ name }) => name === pod.metadata.name)
    const met = known === undefined ? firstSight(container, stored) : unheard(container)
    this.#byUid.set(uidOf(pod), met)
    return met
  }
}
