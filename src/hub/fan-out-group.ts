import { encodeBatch, type BatchFormat, type EncodedBatch } from './encode-batch.ts'
import type { HubObserver } from './hub-observer.ts'
import { Reader, type Progress } from './reader.ts'
import { SharedReplays } from './shared-replays.ts'
import type { Tail } from './tail.ts'
import type { AwaitedGroup, TracedFanOut } from './traced-fan-out.ts'
import type { ScheduledWriter, WriteScheduler } from './write-scheduler.ts'

/** The bytes that a subscriber wants: subscribers with equal selections form a group. */
export interface Selection extends BatchFormat {
  /** In the order of `channelOrder`. */
  readonly channels: readonly string[]
}

/** A subscriber as its group sees it. */
export interface Member {
  /** Sequence number of the first delivery that is meant for it. */
  nextDelivery: number
  /** `before`: the progress of the group before the batch. `fanOuts`: those whose last event it has. */
  deliver(batch: EncodedBatch, before: Progress, fanOuts: readonly TracedFanOut[] | undefined): void
  /** The group has dropped the member, which must read on by itself from here. */
  fallBehind(progress: Progress): void
}

/** A batch on its way to the members. */
interface Delivery extends EncodedBatch {
  readonly sequence: number
  /** The progress of the group before it. */
  readonly before: Progress
  /** The fan-outs of traced appends whose last event it has; undefined where there are none. */
  readonly fanOuts: readonly TracedFanOut[] | undefined
  /** `performance.now()` when it was made. */
  readonly startedAt: number
  /** Members that it has not been written to yet. */
  readonly rest: Iterator<Member>
}

/**
 * The live subscribers of the same channels in the same format. All members have the same progress, so one
 * encoding, id included, serves them all. Subscribers that are behind are no members.
 */
export class FanOutGroup implements ScheduledWriter, AwaitedGroup {
  readonly selection: Selection
  readonly tails: readonly Tail[]
  /** Open streams of this selection, live or behind. */
  streams = 0
  readonly #scheduler: WriteScheduler
  readonly #observer: HubObserver
  readonly #members = new Set<Member>()
  #progress: Progress = { offsets: [], generations: [] }
  #delivery: Delivery | undefined
  #sequence = 0
  /** Fan-outs whose last event has not reached all members; undefined where there are none. */
  #fanOuts: readonly TracedFanOut[] | undefined
  readonly #replays: SharedReplays

  constructor(
    selection: Selection,
    tails: readonly Tail[],
    scheduler: WriteScheduler,
    observer: HubObserver,
  ) {
    this.selection = selection
    this.tails = tails
    this.#scheduler = scheduler
    this.#observer = observer
    this.#replays = new SharedReplays(tails, selection, scheduler)
    for (const tail of tails) tail.listeners.add(this.#onChange)
  }

  close(): void {
    for (const tail of this.tails) tail.listeners.delete(this.#onChange)
    this.#finish(this.#fanOuts)
  }

  /** Adds a subscriber whose reader has exactly the progress of the members. Returns whether it has. */
  join(member: Member, reader: Reader): boolean {
    const progress = reader.progress()
    if (this.#members.size === 0) {
      if (reader.isBehind()) return false
      this.#delivery = undefined
      this.#progress = progress
    } else if (
      !isEqual(this.#progress.offsets, progress.offsets) ||
      !isEqual(this.#progress.generations, progress.generations)
    ) {
      return false
    }
    member.nextDelivery = this.#sequence
    this.#members.add(member)
    return true
  }

  leave(member: Member): void {
    this.#members.delete(member)
    if (this.#members.size === 0) this.#finish(this.#fanOuts)
  }

  /** Number of live streams. */
  get live(): number {
    return this.#members.size
  }

  /** The members are to be given the events of a traced append. */
  expect(fanOut: TracedFanOut): void {
    this.#fanOuts = [...(this.#fanOuts ?? []), fanOut]
  }

  forget(fanOut: TracedFanOut): void {
    const others = this.#fanOuts?.filter((other) => other !== fanOut)
    this.#fanOuts = others?.length === 0 ? undefined : others
  }

  /** The offsets that a reader must reach to join; undefined for the tops. */
  get target(): readonly number[] | undefined {
    return this.#members.size === 0 ? undefined : this.#progress.offsets
  }

  takeTurn(budget: number): number {
    if (this.#members.size === 0) return 0
    const delivery = (this.#delivery ??= this.#nextDelivery())
    if (delivery === undefined) return 0

    let writes = 0
    while (writes < budget) {
      const next = delivery.rest.next()
      if (next.done === true) {
        this.#delivery = undefined
        this.#finish(delivery.fanOuts)
        this.#observer.fannedOut(performance.now() - delivery.startedAt)
        break
      }
      const member = next.value
      // A set's iterator also meets members that joined after the delivery was made.
      if (member.nextDelivery !== delivery.sequence) continue
      member.nextDelivery++
      member.deliver(delivery, delivery.before, delivery.fanOuts)
      writes++
    }
    if (this.#delivery !== undefined || this.#hasMore()) this.#scheduler.add(this)
    return writes
  }

  /** The next batch for a reader that is behind; readers with the same progress share it. */
  replay(reader: Reader): EncodedBatch | undefined {
    return this.#replays.next(reader, this.target)
  }

  #hasMore(): boolean {
    return this.tails.some((tail, index) => tail.top !== this.#progress.offsets[index])
  }

  readonly #onChange = (): void => {
    if (this.#members.size > 0) this.#scheduler.add(this)
  }

  #nextDelivery(): Delivery | undefined {
    const before = this.#progress
    const reader = Reader.at(this.tails, before)
    if (!reader.isBehind()) return undefined
    const batch = this.#tryEncode(reader)
    if (batch === undefined) {
      // The history has forked, or its events were dropped before their delivery, or one of them cannot be
      // encoded. Each subscriber's own reader finds out what that means for it.
      const members = [...this.#members]
      this.#members.clear()
      for (const member of members) member.fallBehind(before)
      this.#finish(this.#fanOuts)
      return undefined
    }
    const { offsets } = reader.progress()
    this.#progress = { offsets, generations: before.generations }
    return {
      ...batch,
      before,
      sequence: this.#sequence++,
      fanOuts: this.#fanOuts?.filter(
        ({ tail, last }) => last <= offsets[this.tails.indexOf(tail)]!,
      ),
      startedAt: performance.now(),
      rest: this.#members.values(),
    }
  }

  /** The members have got the last events of these fan-outs, or will not get them from here. */
  #finish(fanOuts: readonly TracedFanOut[] = []): void {
    for (const fanOut of fanOuts) {
      this.forget(fanOut)
      fanOut.finish(this)
    }
  }

  #tryEncode(reader: Reader): EncodedBatch | undefined {
    try {
      return encodeBatch((take) => reader.take(take), this.selection)
    } catch {
      // Each member meets the error again in its own reader, ends its stream and reports it.
      return undefined
    }
  }
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => value === b[index])
}
