import { between } from '../../lib/jitter.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { ObjectKey } from '../objects/metadata.ts'
import { monotonicClock, sleep, type Clock } from './clock.ts'
import { checkElectionTiming, ELECTION_TIMING, type ElectionTiming } from './election-timing.ts'
import { LeaseLock, type HeldLease } from './lease-lock.ts'
import type { ElectionObserver } from './runtime-observer.ts'
import { withTimeout } from './with-timeout.ts'

export interface LeaderElectionOptions {
  readonly cluster: Pick<Cluster, 'get' | 'create' | 'replace'>
  readonly lease: ObjectKey
  /** Of this process alone, such as the name of its pod and something random: a namesake would lead as well. */
  readonly identity: string
  readonly timing?: ElectionTiming
  /** Leadership begins. The signal aborts when it ends. */
  readonly onStarted: (term: AbortSignal) => void
  /** Leadership ended: it could not be renewed, or was given up by `close`. */
  readonly onStopped: (reason: 'lost' | 'released') => void
  readonly observer: ElectionObserver
  readonly clock?: Clock
}

/**
 * Elects one leader among the processes that share a Lease. At most one `isLeader` at any moment as long as the
 * clocks of all run at the same speed; what they show does not matter.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions
  readonly #timing: ElectionTiming
  readonly #clock: Clock
  readonly #lock: LeaseLock
  readonly #closing = new AbortController()
  #term: AbortController | undefined
  #leadsUntil = -Infinity
  #cancelDeadline: (() => void) | undefined
  #run: Promise<void> | undefined

  constructor(options: LeaderElectionOptions) {
    this.#options = options
    this.#timing = options.timing ?? ELECTION_TIMING
    this.#clock = options.clock ?? monotonicClock
    checkElectionTiming(this.#timing)
    const { leaseDuration } = this.#timing
    this.#lock = new LeaseLock({ ...options, clock: this.#clock, leaseDuration })
  }

  /**
   * Whether this process may write, to be asked before each write. The clock decides and no timer: a process that
   * was stopped for longer than its lease gets the right answer before any of its timers runs.
   */
  isLeader(): boolean {
    return this.#term !== undefined && this.#clock.now() < this.#leadsUntil
  }

  start(): void {
    if (this.#closing.signal.aborted) return
    this.#run ??= this.#campaign()
  }

  /** Gives up leadership, so that another process can lead within a retry period. Work must have stopped before. */
  async close(): Promise<void> {
    this.#closing.abort()
    const wasLeader = this.isLeader()
    this.#endTerm('released')
    // An attempt that is on its way would take the lease again, or make the release a conflict.
    await this.#run
    if (!wasLeader && !this.#lock.isHeld) return
    await this.#attempt(this.#timing.retryPeriod, () => this.#lock.release())
  }

  async #campaign(): Promise<void> {
    const { signal } = this.#closing
    const { renewDeadline, retryPeriod } = this.#timing
    while (!signal.aborted) {
      // An attempt that hangs ends early enough for another one before the deadline.
      const held = await this.#attempt(renewDeadline / 2, (abandoned) =>
        this.#lock.acquireOrRenew(abandoned),
      )
      if (!signal.aborted) this.#update(held)
      await sleep(this.#clock, between(retryPeriod * 0.8, retryPeriod), signal)
    }
  }

  async #attempt<T>(
    limit: number,
    attempt: (abandoned: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await withTimeout(this.#clock, limit, attempt)
    } catch (error) {
      this.#options.observer.electionFailed(error)
      return undefined
    }
  }

  #update(held: HeldLease | 'held-by-other' | undefined): void {
    // A process that was stopped may find its deadline passed before the timer of it ran.
    if (!this.isLeader() || held === 'held-by-other') this.#endTerm('lost')
    if (held === undefined || held === 'held-by-other') return
    const leadsUntil = held.sentAt + this.#timing.renewDeadline
    if (this.#clock.now() >= leadsUntil) return
    this.#leadsUntil = leadsUntil
    this.#cancelDeadline?.()
    this.#cancelDeadline = this.#clock.after(leadsUntil - this.#clock.now(), () => {
      this.#endTerm('lost')
    })
    if (this.#term === undefined) this.#beginTerm()
  }

  #beginTerm(): void {
    this.#term = new AbortController()
    const { signal } = this.#term
    this.#call(() => {
      this.#options.onStarted(signal)
    })
  }

  #endTerm(reason: 'lost' | 'released'): void {
    const term = this.#term
    if (term === undefined) return
    this.#term = undefined
    this.#cancelDeadline?.()
    term.abort()
    this.#call(() => {
      this.#options.onStopped(reason)
    })
  }

  #call(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#options.observer.electionFailed(error)
    }
  }
}
