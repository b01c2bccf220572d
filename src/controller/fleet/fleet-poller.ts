import { setTimeout as sleep } from 'node:timers/promises'
import { between } from '../../lib/jitter.ts'
import { uidOf } from '../objects/metadata.ts'
import type { Pod } from '../objects/workloads.ts'
import type { SnapshotAnswer } from './observation.ts'
import type { ObservedPods } from './observed-pods.ts'

/** Pods of a fleet that are asked at a time. */
const MOST_REQUESTS = 32

/** Pods that miss as many polls in a row are asked less often: each of them may hold a request until it times out. */
const MISSES_BEFORE_BACKOFF = 3

/** In intervals, from one poll of such a pod to the next. */
const BACKOFF = { min: 3, max: 6 }

export interface PollTarget {
  readonly pod: Pod
  /** Two StreamCapacity objects may select the same pods. */
  readonly fleets: Set<string>
}

export interface FleetPollerOptions {
  /** In ms, from one poll of a pod to the next. */
  readonly interval: number
  /** In ms, over which the polls of a round are spread. */
  readonly spread: number
  readonly pods: ObservedPods
  readonly read: (pod: Pod) => Promise<SnapshotAnswer>
  /** Called once after a round that changed the state of pods, with the keys of their fleets. */
  readonly onChange: (fleets: ReadonlySet<string>) => void
}

interface MissedPolls {
  readonly count: number
  /** When the pod may be asked again, on the clock of `performance.now`. */
  readonly retryAt: number
}

/** Asks the pods of one fleet for their snapshots, in rounds. */
export class FleetPoller {
  readonly #options: FleetPollerOptions
  readonly #closing = new AbortController()
  /** By uid; only pods that did not answer their last poll. */
  readonly #missed = new Map<string, MissedPolls>()
  #isPolling = false
  /** On the clock of `performance.now`; undefined before the first round. */
  #nextFullRound: number | undefined

  constructor(options: FleetPollerOptions) {
    this.#options = options
  }

  /**
   * Asks the pods that are due, and resolves once all of them have answered or missed the poll. It does nothing
   * while a round runs: a late answer could undo a newer one. It rejects only if a callback throws, which is a bug
   * and may end the process.
   */
  async poll(targets: readonly PollTarget[]): Promise<void> {
    if (this.#isPolling) return
    this.#isPolling = true
    const { interval, spread, onChange } = this.#options
    const isFirst = this.#nextFullRound === undefined
    const isFull = performance.now() >= (this.#nextFullRound ?? 0)
    // Rounds begin at the ticks of the owner, which are not exact: the fifth may come a little early.
    if (isFull) this.#nextFullRound = performance.now() + 0.9 * interval
    this.#forgetOthers(targets)
    const changed = await this.#ask(this.#due(targets, isFull), isFull && !isFirst ? spread : 0)
    this.#isPolling = false
    if (changed.size > 0 && !this.#closing.signal.aborted) onChange(changed)
  }

  /** Answers that are still to come are dropped. */
  close(): void {
    this.#closing.abort()
  }

  /**
   * Pods that miss polls come last, and are no more than can be asked at a time, those that have waited longest:
   * so a round takes at most the time of one request longer, however many there are.
   */
  #due(targets: readonly PollTarget[], isFull: boolean): readonly PollTarget[] {
    const now = performance.now()
    const due: PollTarget[] = []
    const silent: { readonly target: PollTarget; readonly retryAt: number }[] = []
    for (const target of targets) {
      const isNew = this.#options.pods.isNew(target.pod)
      const missed = this.#missed.get(uidOf(target.pod))
      if (missed === undefined || missed.count < MISSES_BEFORE_BACKOFF) {
        if (isFull || isNew) due.push(target)
      } else if (isNew || (isFull && missed.retryAt <= now)) {
        silent.push({ target, retryAt: missed.retryAt })
      }
    }
    silent.sort((a, b) => a.retryAt - b.retryAt)
    return [...due, ...silent.slice(0, MOST_REQUESTS).map(({ target }) => target)]
  }

  /** Resolves with the fleets that have changed. The first requests are spread over a time, in ms. */
  async #ask(targets: readonly PollTarget[], spread: number): Promise<ReadonlySet<string>> {
    const changed = new Set<string>()
    const begun = performance.now()
    const queue = targets.entries()
    const askInTurn = async () => {
      for (const [index, { pod, fleets }] of queue) {
        await this.#sleepUntil(begun + (index * spread) / targets.length)
        if (this.#closing.signal.aborted) return
        const answer = await this.#options.read(pod)
        if (this.#closing.signal.aborted) return
        this.#countMiss(pod, answer)
        if (this.#options.pods.record(pod, answer)) for (const key of fleets) changed.add(key)
      }
    }
    await Promise.all(Array.from({ length: MOST_REQUESTS }, askInTurn))
    return changed
  }

  #countMiss(pod: Pod, { isSnapshot }: SnapshotAnswer): void {
    const uid = uidOf(pod)
    if (isSnapshot) {
      this.#missed.delete(uid)
      return
    }
    const { interval } = this.#options
    const backoff = between(BACKOFF.min * interval, BACKOFF.max * interval)
    const count = (this.#missed.get(uid)?.count ?? 0) + 1
    this.#missed.set(uid, { count, retryAt: performance.now() + backoff })
  }

  #forgetOthers(targets: readonly PollTarget[]): void {
    const present = new Set(targets.map(({ pod }) => uidOf(pod)))
    for (const uid of this.#missed.keys()) if (!present.has(uid)) this.#missed.delete(uid)
  }

  async #sleepUntil(time: number): Promise<void> {
    const wait = time - performance.now()
    if (wait <= 0) return
    // The only failure is the end of the wait by `close`.
    await sleep(wait, undefined, this.#closing).catch(() => undefined)
  }
}
