import { encodeBatch, type BatchFormat, type EncodedBatch } from './encode-batch.ts'
import type { CollectingGroup, FlushTimer } from './flush-timer.ts'
import type { HubObserver } from './hub-observer.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { Reader, type Progress } from './reader.ts'
import { SharedReplays } from './shared-replays.ts'
import type { Tail } from './tail.ts'
import type { TailUser } from './tail-registry.ts'
import type { AwaitedGroup, TracedFanOut } from './traced-fan-out.ts'
import type { ScheduledWriter, WriteScheduler } from './write-scheduler.ts'

/** The bytes that a subscriber wants: subscribers with equal selections form a group. */
export interface Selection extends BatchFormat {
  /** In the order of `channelOrder`. */
  readonly channels: readonly string[]
}

/** The parts that all groups of a process share. */
export interface GroupContext {
  readonly flushes: FlushTimer
  readonly scheduler: WriteScheduler
  readonly observer: HubObserver
  /** For batches that are kept for readers. */
  readonly memory: MemoryBudget
}

/** A subscriber as its group sees it. */
export interface Member {
  /** Sequence number of the first delivery that is meant for it. */
  nextDelivery: number
  deliver(delivery: Delivery): void
  /** The group has dropped the member, which must read on by itself from here. */
  fallBehind(progress: Progress): void
}

/** A batch for the members. */
export interface Delivery extends EncodedBatch {
  /** The progress of the group before it. */
  readonly before: Progress
  /** The fan-outs of traced appends whose last event it has; undefined where there are none. */
  readonly fanOuts: readonly TracedFanOut[] | undefined
  /** `performance.now()` when it was made. */
  readonly startedAt: number
}

/** A delivery that is under way. */
interface FanOut extends Delivery {
  readonly sequence: number
  /** Members that it has not been written to yet. */
  readonly rest: Iterator<Member>
}

/**
 * The live subscribers of the same channels in the same format. All members have the same progress, so one
 * encoding, id included, serves them all. Subscribers that are behind are no members.
 */
export class FanOutGroup implements ScheduledWriter, CollectingGroup, AwaitedGroup, TailUser {
  readonly selection: Selection
  readonly tails: readonly Tail[]
  /** Open streams of this selection, live or behind. */
  streams = 0
  readonly #flushes: FlushTimer
  readonly #scheduler: WriteScheduler
  readonly #observer: HubObserver
  readonly #members = new Set<Member>()
  #progress: Progress = { offsets: [], generations: [] }
  #delivery: FanOut | undefined
  #sequence = 0
  /** A flush has come, and the members do not have all events of it. */
  #isDue = false
  /** The events that wait for their flush, for members that end before it; undefined until one does. */
  #closingDelivery: Delivery | undefined
  /** Fan-outs whose last event has not reached all members; undefined where there are none. */
  #fanOuts: Set<TracedFanOut> | undefined
  readonly #replays: SharedReplays

  constructor(
    selection: Selection,
    tails: readonly Tail[],
    { flushes, scheduler, observer, memory }: GroupContext,
  ) {
    this.selection = selection
    this.tails = tails
    this.#flushes = flushes
    this.#scheduler = scheduler
    this.#observer = observer
    this.#replays = new SharedReplays(selection, scheduler, memory)
    for (const tail of tails) tail.listeners.add(this.#onChange)
  }

  close(): void {
    this.#replays.close()
    for (const tail of this.tails) tail.listeners.delete(this.#onChange)
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
    this.#fanOuts ??= new Set()
    this.#fanOuts.add(fanOut)
  }

  forget(fanOut: TracedFanOut): void {
    this.#fanOuts?.delete(fanOut)
    if (this.#fanOuts?.size === 0) this.#fanOuts = undefined
  }

  get waiting(): number {
    return Math.max(...this.tails.map(({ top }, index) => top - this.#progress.offsets[index]!))
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
      member.deliver(delivery)
      writes++
    }
    if (this.#delivery !== undefined || this.#isDue) this.#scheduler.add(this)
    return writes
  }

  flush(): void {
    this.#isDue = true
    this.#scheduler.add(this)
  }

  /** Flushes events that wait for the flush interval: a reader that is past them can only join behind them. */
  hurry(): void {
    this.#flushes.hurry(this)
  }

  /** Delivers the events that wait for their flush to a member that is about to end, which would else get them only
   * after its reconnect. */
  deliverWaiting(member: Member): void {
    if (!this.#flushes.isCollecting(this)) return
    const isReached = member.nextDelivery === this.#sequence
    if (!isReached || !this.#members.has(member)) return
    // The members may have left since it was made, and others have joined behind it.
    if (this.#closingDelivery?.before !== this.#progress) {
      this.#closingDelivery = this.#encodeNext(Reader.at(this.tails, this.#progress))
    }
    if (this.#closingDelivery !== undefined) member.deliver(this.#closingDelivery)
  }

  /** The next batch for a reader that is behind; readers with the same cursor share it. */
  replay(reader: Reader): EncodedBatch | undefined {
    return this.#replays.next(reader, this.target)
  }

  readonly #onChange = (bytes: number): void => {
    this.#closingDelivery = undefined
    if (this.#members.size > 0) this.#flushes.add(this, bytes)
  }

  #nextDelivery(): FanOut | undefined {
    this.#isDue = false
    this.#closingDelivery = undefined
    const before = this.#progress
    const reader = Reader.at(this.tails, before)
    if (!reader.isBehind()) return undefined
    const delivery = this.#encodeNext(reader)
    if (delivery === undefined) {
      // The history has forked, or its events were dropped before their delivery, or one of them cannot be
      // encoded. Each subscriber's own reader finds out what that means for it.
      const members = [...this.#members]
      this.#members.clear()
      for (const member of members) member.fallBehind(before)
      this.#finish(this.#fanOuts)
      return undefined
    }
    // The batch may have ended at its greatest length.
    this.#isDue = reader.isBehind()
    const { offsets } = reader.progress()
    this.#progress = { offsets, generations: before.generations }
    return { ...delivery, sequence: this.#sequence++, rest: this.#members.values() }
  }

  /** The next events for the members, up to the length of a batch; undefined if they cannot be encoded. */
  #encodeNext(reader: Reader): Delivery | undefined {
    let batch: EncodedBatch | undefined
    try {
      batch = encodeBatch((take) => reader.take(take), this.selection)
    } catch {
      // Each member meets the error again in its own reader, ends its stream and reports it.
    }
    if (batch === undefined) return undefined
    return {
      ...batch,
      before: this.#progress,
      fanOuts: this.#reached(reader.progress().offsets),
      startedAt: performance.now(),
    }
  }

  /** The fan-outs whose last event is at these offsets or before. */
  #reached(offsets: readonly number[]): readonly TracedFanOut[] | undefined {
    if (this.#fanOuts === undefined) return undefined
    return [...this.#fanOuts].filter(({ tail, last }) => last <= offsets[this.tails.indexOf(tail)]!)
  }

  /** The members have got the last events of these fan-outs, or will not get them from here. */
  #finish(fanOuts: Iterable<TracedFanOut> | undefined): void {
    if (fanOuts === undefined) return
    for (const fanOut of fanOuts) {
      this.forget(fanOut)
      fanOut.finish(this)
    }
  }
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => value === b[index])
}
