import { between } from '../../lib/jitter.ts'
import { uidOf } from '../objects/metadata.ts'
import type { Pod } from '../objects/workloads.ts'
import { FleetPoller, type PollTarget } from './fleet-poller.ts'
import type { SnapshotAnswer } from './observation.ts'
import { ObservedPods, type ObservedFleet } from './observed-pods.ts'
import type { PodState } from './pod-state.ts'
import { runningContainer } from './server-container.ts'

/** Rounds of a fleet an interval: one for all pods, the others for those that have never answered. */
const ROUNDS = 5

export interface SnapshotPollerOptions {
  /** In ms, from one poll of a pod to the next. */
  readonly interval: number
  /** From copies of the cluster that are complete: a pod that is missing once is forgotten. */
  readonly fleets: () => readonly ObservedFleet[]
  readonly read: (pod: Pod) => Promise<SnapshotAnswer>
  /** Called once after a round of a fleet that changed the state of pods, with the keys of their fleets. */
  readonly onChange: (fleets: ReadonlySet<string>) => void
}

/**
 * Asks all pods for their snapshots, over and over. Each pod is asked once an interval. A pod that has never
 * answered is asked more often, so that new pods count soon, and one that falls silent less often. Each fleet has
 * rounds of its own, so that one whose pods time out delays no other.
 */
export class SnapshotPoller {
  readonly #options: SnapshotPollerOptions
  readonly #pods = new ObservedPods()
  /** By key, of the fleets that have pods to ask. */
  readonly #pollers = new Map<string, FleetPoller>()
  /** What changes during the start, which is told at its end. */
  readonly #changedAtStart = new Set<string>()
  #hasStarted = false
  #isClosed = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: SnapshotPollerOptions) {
    this.#options = options
  }

  /** Resolves once all pods have been asked: before, a plan would be made from the stored status alone. */
  async start(): Promise<void> {
    await Promise.all(this.#poll())
    this.#hasStarted = true
    if (this.#changedAtStart.size > 0) this.#tell(this.#changedAtStart)
  }

  /** The pods as they stand, in the order of the fleet. */
  describe(fleet: ObservedFleet): readonly PodState[] {
    return this.#pods.describe(fleet)
  }

  /** Answers that are still to come are dropped. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const poller of this.#pollers.values()) poller.close()
  }

  /** Begins a round of each fleet that has none running, again and again. Returns the rounds of this turn. */
  #poll(): readonly Promise<void>[] {
    const { interval, fleets } = this.#options
    const observed = fleets()
    this.#pods.update(observed)
    const targets = runningPods(observed)
    for (const [key, poller] of this.#pollers) {
      if (targets.has(key)) continue
      poller.close()
      this.#pollers.delete(key)
    }
    const wait = interval / ROUNDS
    this.#timer = setTimeout(() => void this.#poll(), between(0.9 * wait, 1.1 * wait))
    return [...targets].map(async ([key, pods]) => this.#pollerOf(key).poll(pods))
  }

  #pollerOf(key: string): FleetPoller {
    const known = this.#pollers.get(key)
    if (known !== undefined) return known
    const { interval, read } = this.#options
    const poller = new FleetPoller({
      interval,
      spread: interval / ROUNDS,
      pods: this.#pods,
      read,
      onChange: (fleets) => {
        this.#tell(fleets)
      },
    })
    this.#pollers.set(key, poller)
    return poller
  }

  #tell(fleets: ReadonlySet<string>): void {
    if (this.#isClosed) return
    if (this.#hasStarted) this.#options.onChange(fleets)
    else for (const key of fleets) this.#changedAtStart.add(key)
  }
}

/** By the key of the fleet that asks them. Of fleets that select the same pod, the first one asks for all. */
function runningPods(fleets: readonly ObservedFleet[]): ReadonlyMap<string, readonly PollTarget[]> {
  const targets = new Map<string, PollTarget>()
  const byFleet = new Map<string, PollTarget[]>()
  for (const { key, pods } of fleets) {
    const own: PollTarget[] = []
    for (const pod of pods) {
      if (runningContainer(pod) === undefined) continue
      const known = targets.get(uidOf(pod))
      if (known !== undefined) {
        known.fleets.add(key)
        continue
      }
      const target = { pod, fleets: new Set([key]) }
      targets.set(uidOf(pod), target)
      own.push(target)
    }
    if (own.length > 0) byFleet.set(key, own)
  }
  return byFleet
}
