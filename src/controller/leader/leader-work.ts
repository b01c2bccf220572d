import type { Cluster } from '../cluster/cluster.ts'
import type { ObjectKey } from '../objects/metadata.ts'
import type { ElectionTiming } from '../runtime/election-timing.ts'
import { LeaderElection } from '../runtime/leader-election.ts'
import type { RuntimeObserver } from '../runtime/runtime-observer.ts'
import { WorkQueue } from '../runtime/work-queue.ts'

export interface LeaderWorkOptions {
  readonly cluster: Cluster
  readonly lease: ObjectKey
  readonly identity: string
  readonly timing: ElectionTiming
  /** Resolves to the ms until the same work is due again. */
  readonly work: (fleet: string) => Promise<number | undefined>
  /** All that there is to work on. */
  readonly fleets: () => readonly string[]
  readonly observer: RuntimeObserver
  /** Called before any work of a term, and after its end. */
  readonly onLeading: (isLeading: boolean) => void
}

/** In ms. What depends on time alone, such as the end of a stabilization, waits no longer for what failed. */
const BACKOFF = { first: 5, longest: 60_000 }

/** Works on fleets while this replica leads. A new leader works on all of them, whatever the last one has done. */
export class LeaderWork {
  readonly #options: LeaderWorkOptions
  readonly #election: LeaderElection
  #queue: WorkQueue | undefined
  /** The end of the work of former terms. */
  #ended: Promise<void> = Promise.resolve()

  constructor(options: LeaderWorkOptions) {
    this.#options = options
    this.#election = new LeaderElection({
      ...options,
      onStarted: () => {
        this.#begin()
      },
      onStopped: () => {
        this.#end()
      },
    })
  }

  get isLeader(): boolean {
    return this.#election.isLeader()
  }

  /** Fleets that wait. */
  get depth(): number {
    return this.#queue?.depth ?? 0
  }

  /** To be called once all that there is to work on is known. */
  start(): void {
    this.#election.start()
  }

  add(fleets: Iterable<string>): void {
    for (const fleet of fleets) this.#queue?.add(fleet)
  }

  /** Finishes the work that has begun, then hands the lease over. */
  async close(): Promise<void> {
    this.#end()
    await this.#ended
    await this.#election.close()
  }

  #begin(): void {
    const { observer, fleets } = this.#options
    const queue = new WorkQueue({
      work: async (fleet) => this.#work(queue, fleet),
      observer,
      backoff: BACKOFF,
    })
    this.#queue = queue
    this.add(fleets())
    void this.#startWork(queue)
  }

  async #startWork(queue: WorkQueue): Promise<void> {
    // A write of the last term may still be under way, and a fleet has one worker at a time.
    await this.#ended
    if (this.#queue !== queue) return
    this.#options.onLeading(true)
    queue.start()
  }

  #end(): void {
    const queue = this.#queue
    if (queue === undefined) return
    this.#queue = undefined
    const before = this.#ended
    this.#ended = Promise.all([before, queue.close()]).then(() => undefined)
    this.#options.onLeading(false)
  }

  async #work(queue: WorkQueue, fleet: string): Promise<void> {
    const again = await this.#options.work(fleet)
    if (again !== undefined) queue.addAfter(fleet, again)
  }
}
