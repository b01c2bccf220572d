import { encodeBatch, type BatchFormat, type EncodedBatch } from './encode-batch.ts'
import { Reader, type Progress, type TakeEvent } from './reader.ts'
import type { Tail } from './tail.ts'
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
  /** `before`: the progress of the group before the batch. */
  deliver(batch: EncodedBatch, before: Progress): void
  /** The group has dropped the member, which must read on by itself from here. */
  fallBehind(progress: Progress): void
}

/** A batch for subscribers that are behind. */
interface Replay {
  readonly batch: EncodedBatch
  readonly upTo: number
  readonly generation: number
}

/** A batch on its way to the members. */
interface Delivery extends EncodedBatch {
  readonly sequence: number
  /** The progress of the group before it. */
  readonly before: Progress
  /** Members that it has not been written to yet. */
  readonly rest: Iterator<Member>
}

/** Batches kept for readers that come with the same cursor, as many do after a restart. */
const MAX_REPLAYS = 16

/**
 * The live subscribers of the same channels in the same format. All members have the same progress, so one
 * encoding, id included, serves them all. Subscribers that are behind are no members.
 */
export class FanOutGroup implements ScheduledWriter {
  readonly selection: Selection
  readonly tails: readonly Tail[]
  readonly #scheduler: WriteScheduler
  readonly #members = new Set<Member>()
  #progress: Progress = { offsets: [], generations: [] }
  #delivery: Delivery | undefined
  #sequence = 0
  readonly #replays = new Map<number, Replay>()

  constructor(selection: Selection, tails: readonly Tail[], scheduler: WriteScheduler) {
    this.selection = selection
    this.tails = tails
    this.#scheduler = scheduler
    for (const tail of tails) tail.listeners.add(this.#onChange)
  }

  close(): void {
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
        break
      }
      const member = next.value
      // A set's iterator also meets members that joined after the delivery was made.
      if (member.nextDelivery !== delivery.sequence) continue
      member.nextDelivery++
      member.deliver(delivery, delivery.before)
      writes++
    }
    if (this.#delivery !== undefined || this.#hasMore()) this.#scheduler.add(this)
    return writes
  }

  /** The next batch for a reader that is behind; readers with the same progress share it. */
  replay(reader: Reader): EncodedBatch | undefined {
    const [tail] = this.tails
    const read = (take: TakeEvent) => {
      reader.take(take, this.target)
    }
    if (tail === undefined || this.tails.length > 1) return encodeBatch(read, this.selection)

    const after = reader.progress().offsets[0]!
    const { generation } = tail
    const shared = this.#replays.get(after)
    if (
      shared?.generation === generation &&
      shared.upTo <= (this.target?.[0] ?? tail.top) &&
      reader.canReach(shared.upTo)
    ) {
      read((_tail, event) => event.offset <= shared.upTo)
      return shared.batch
    }

    const batch = encodeBatch(read, this.selection)
    if (batch === undefined) return undefined
    if (this.#replays.size === 0) this.#scheduler.add(this.#forgetReplays)
    if (this.#replays.size < MAX_REPLAYS) {
      this.#replays.set(after, { batch, upTo: reader.progress().offsets[0]!, generation })
    }
    return batch
  }

  #hasMore(): boolean {
    return this.tails.some((tail, index) => tail.top !== this.#progress.offsets[index])
  }

  readonly #onChange = (): void => {
    if (this.#members.size > 0) this.#scheduler.add(this)
  }

  readonly #forgetReplays: ScheduledWriter = {
    takeTurn: () => {
      this.#replays.clear()
      return 0
    },
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
      return undefined
    }
    this.#progress = { offsets: reader.progress().offsets, generations: before.generations }
    return { ...batch, before, sequence: this.#sequence++, rest: this.#members.values() }
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
