import { ClusterError } from '../../src/controller/cluster/cluster-error.ts'
import type { Cluster } from '../../src/controller/cluster/cluster.ts'
import type { Clock } from '../../src/controller/runtime/clock.ts'
import {
  LeaderElection,
  type LeaderElectionOptions,
} from '../../src/controller/runtime/leader-election.ts'
import { passTurns, type ManualClock } from './manual-clock.ts'

/** What the network does with one request. */
export interface Passage {
  /** Ms for each way. */
  readonly delay: number
  readonly loses: 'request' | 'answer' | 'nothing'
}

/** Ms after which a client gives up a request that gets no answer. */
const REQUEST_TIMEOUT = 30_000

export const LEASE_KEY = { namespace: 'fleet', name: 'runnel-controller' }

/** A process that takes part in an election, with a network of its own. It can be stopped, as by SIGSTOP. */
export class ElectionCandidate {
  readonly election: LeaderElection
  /** `started`, `lost`, `released`, in their order. */
  readonly history: string[] = []
  readonly errors: unknown[] = []
  /** Signals of the terms so far. */
  readonly terms: AbortSignal[] = []
  isPartitioned = false
  nextPassage: () => Passage = () => ({ delay: 0, loses: 'nothing' })
  readonly #clock: ManualClock
  /** What waits until the process continues; undefined while it runs. */
  #held: (() => void)[] | undefined

  constructor(
    identity: string,
    cluster: Cluster,
    clock: ManualClock,
    options: Partial<LeaderElectionOptions> = {},
  ) {
    this.#clock = clock
    const ownClock: Clock = {
      now: () => clock.now(),
      after: (delay, callback) => {
        let isCancelled = false
        const cancel = clock.after(delay, () => {
          this.#whenRunning(() => {
            if (!isCancelled) callback()
          })
        })
        return () => {
          isCancelled = true
          cancel()
        }
      },
    }
    this.election = new LeaderElection({
      cluster: {
        get: async (kind, key) => this.#send(() => cluster.get(kind, key)),
        create: async (kind, manifest) => this.#send(() => cluster.create(kind, manifest)),
        replace: async (kind, manifest) => this.#send(() => cluster.replace(kind, manifest)),
      },
      lease: LEASE_KEY,
      identity,
      clock: ownClock,
      onStarted: (term) => {
        this.history.push('started')
        this.terms.push(term)
      },
      onStopped: (reason) => this.history.push(reason),
      observer: { electionFailed: (error) => this.errors.push(error) },
      ...options,
    })
  }

  get isLeader(): boolean {
    return this.election.isLeader()
  }

  stop(): void {
    this.#held ??= []
  }

  /** Timers and answers of the meantime run one after the other, in any order that an event loop may choose. */
  async continue(): Promise<void> {
    const held = this.#held ?? []
    this.#held = undefined
    for (const callback of held) {
      callback()
      await passTurns()
    }
  }

  #whenRunning(callback: () => void): void {
    if (this.#held === undefined) callback()
    else this.#held.push(callback)
  }

  /** Requests travel while the process is stopped; their answers wait for it. */
  async #send<T>(work: () => Promise<T>): Promise<T> {
    const { delay, loses } = this.nextPassage()
    await this.#travel(delay)
    if (this.isPartitioned || loses === 'request') return this.#timeOut()
    const [answer] = await Promise.allSettled([work()])
    if (loses === 'answer') return this.#timeOut()
    await this.#travel(delay)
    if (this.isPartitioned) return this.#timeOut()
    await new Promise<void>((resolve) => this.#whenRunning(resolve))
    if (answer.status === 'rejected') throw answer.reason
    return answer.value
  }

  async #timeOut(): Promise<never> {
    await this.#travel(REQUEST_TIMEOUT)
    await new Promise<void>((resolve) => this.#whenRunning(resolve))
    throw new ClusterError('unavailable', 'no answer')
  }

  async #travel(delay: number): Promise<void> {
    if (delay === 0) return
    await new Promise<void>((resolve) => {
      this.#clock.after(delay, resolve)
    })
  }
}
