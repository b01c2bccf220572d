import type { Subscriber } from './subscriber.ts'
import type { ScheduledWriter, WriteScheduler } from './write-scheduler.ts'

/** Subscribers checked in one turn of the event loop: about 10 ns each, so 50 µs. */
const CHECKS_PER_TURN = 5_000

/** Rounds over all subscribers, in slices: heartbeats, maximum age, stalled peers. */
export class SubscriberSweep implements ScheduledWriter {
  readonly #subscribers: ReadonlySet<Subscriber>
  readonly #scheduler: WriteScheduler
  #rest: Iterator<Subscriber> | undefined

  constructor(subscribers: ReadonlySet<Subscriber>, scheduler: WriteScheduler) {
    this.#subscribers = subscribers
    this.#scheduler = scheduler
  }

  /** Begins a round, unless the last one is still under way. */
  begin(): void {
    if (this.#rest !== undefined) return
    this.#rest = this.#subscribers.values()
    this.#scheduler.add(this)
  }

  takeTurn(budget: number): number {
    const now = performance.now()
    let writes = 0
    for (let checks = 0; checks < CHECKS_PER_TURN && writes < budget; checks++) {
      const next = this.#rest!.next()
      if (next.done === true) {
        this.#rest = undefined
        return writes
      }
      writes += next.value.sweep(now)
    }
    this.#scheduler.add(this)
    return writes
  }
}
