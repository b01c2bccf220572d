import { setTimeout as sleep } from 'node:timers/promises'
import { between } from '../../lib/jitter.ts'
import { uidOf } from '../objects/metadata.ts'
import type { Pod } from '../objects/workloads.ts'
import type { SnapshotAnswer } from './observation.ts'
import { ObservedPods, type ObservedFleet } from './observed-pods.ts'
import type { PodState } from './pod-state.ts'
import { runningContainer } from './server-container.ts'

/** Pods that are asked at a time. */
const MOST_REQUESTS = 32

/** Rounds an interval: one for all pods, the others for those that have never answered. */
const ROUNDS = 5

export interface SnapshotPollerOptions {
  /** In ms, from one poll of a pod to the next. */
  readonly interval: number
  /** From copies of the cluster that are complete: a pod that is missing once is forgotten. */
  readonly fleets: () => readonly ObservedFleet[]
  readonly read: (pod: Pod) => Promise<SnapshotAnswer>
  /** Called once after a round that changed the state of pods, with the keys of their fleets. */
  readonly onChange: (fleets: ReadonlySet<string>) => void
}

interface Target {
  readonly pod: Pod
  /** Two StreamCapacity objects may select the same pods. */
  readonly fleets: Set<string>
}

/**
 * Asks all pods for their snapshots, over and over. Each pod is asked once an interval. A pod that has never
 * answered is asked more often, so that new pods count soon.
 */
export class SnapshotPoller {
  readonly #options: SnapshotPollerOptions
  readonly #pods = new ObservedPods()
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined
  /** On the clock of `performance.now`. */
  #nextFullRound = 0

  constructor(options: SnapshotPollerOptions) {
    this.#options = options
  }

  /** Resolves once all pods have been asked: before, a plan would be made from the stored status alone. */
  async start(): Promise<void> {
    await this.#round(0)
  }

  /** The pods as they stand, in the order of the fleet. */
  describe(fleet: ObservedFleet): readonly PodState[] {
    return this.#pods.describe(fleet)
  }

  /** Answers that are still to come are dropped. */
  close(): void {
    this.#closing.abort()
    clearTimeout(this.#timer)
  }

  /**
   * Rounds do not overlap: a late answer could undo a newer one. A round rejects only if a callback throws, which is
   * a bug and may end the process.
   */
  async #round(spread: number): Promise<void> {
    const { interval, fleets, onChange } = this.#options
    const isFull = performance.now() >= this.#nextFullRound
    if (isFull) {
      this.#nextFullRound = performance.now() + between(0.9 * interval, 1.1 * interval)
    }
    const observed = fleets()
    this.#pods.update(observed)
    const due = runningPods(observed).filter(({ pod }) => isFull || this.#pods.isNew(pod))
    const changed = await this.#poll(due, isFull ? spread : 0)
    if (this.#closing.signal.aborted) return

    if (changed.size > 0) onChange(changed)
    const wait = Math.min(interval / ROUNDS, Math.max(0, this.#nextFullRound - performance.now()))
    this.#timer = setTimeout(() => void this.#round(interval / ROUNDS), wait)
  }

  /** Resolves with the fleets that have changed. The first requests are spread over a time, in ms. */
  async #poll(targets: readonly Target[], spread: number): Promise<ReadonlySet<string>> {
    const changed = new Set<string>()
    const begun = performance.now()
    const queue = targets.entries()
    const pollInTurn = async () => {
      for (const [index, { pod, fleets }] of queue) {
        await this.#sleepUntil(begun + (index * spread) / targets.length)
        if (this.#closing.signal.aborted) return
        const answer = await this.#options.read(pod)
        if (this.#pods.record(pod, answer)) for (const key of fleets) changed.add(key)
      }
    }
    await Promise.all(Array.from({ length: MOST_REQUESTS }, pollInTurn))
    return changed
  }

  async #sleepUntil(time: number): Promise<void> {
    const wait = time - performance.now()
    if (wait <= 0) return
    // The only failure is the end of the wait by `close`.
    await sleep(wait, undefined, this.#closing).catch(() => undefined)
  }
}

function runningPods(fleets: readonly ObservedFleet[]): readonly Target[] {
  const targets = new Map<string, Target>()
  for (const { key, pods } of fleets) {
    for (const pod of pods) {
      if (runningContainer(pod) === undefined) continue
      const target = targets.get(uidOf(pod)) ?? { pod, fleets: new Set() }
      target.fleets.add(key)
      targets.set(uidOf(pod), target)
    }
  }
  return [...targets.values()]
}
