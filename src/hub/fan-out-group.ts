import { encodeEvent } from '../wire/encode.ts'
import { envelope, frame, type Framing } from './frame.ts'
import { Reader, type Stand, type TakeEvent } from './reader.ts'
import type { Tail } from './tail.ts'
import type { ScheduledWriter, WriteScheduler } from './write-scheduler.ts'

/** What a subscriber gets; those who get the same bytes form a group. */
export interface Selection {
  /** In the order of `channelOrder`. */
  readonly channels: readonly string[]
  readonly envelope: boolean
  readonly framing: Framing
}

/** Encoded events that go to several subscribers unchanged. */
export interface Batch {
  readonly bytes: Buffer
  readonly count: number
  /** The id of its last event. */
  readonly lastId: string
}

/** A subscriber as its group sees it. */
export interface Member {
  /** Sequence number of the first delivery that is meant for it. */
  nextDelivery: number
  deliver(batch: Batch, before: Stand): void
  /** The member is one no longer: it stands here and must read on by itself. */
  fallBehind(stand: Stand): void
}

interface Replay {
  readonly batch: Batch
  readonly upTo: number
  readonly generation: number
}

interface Delivery extends Batch {
  readonly sequence: number
  /** Where the members stand before it. */
  readonly before: Stand
  readonly rest: Iterator<Member>
}

/** A batch ends here, in UTF-16 units, or after one event: what a subscriber may owe stays small. */
const BATCH_UNITS = 64 * 1024
/** Batches kept for readers that come with the same cursor, which they do after a restart. */
const MAX_REPLAYS = 16

/**
 * The subscribers of the same channels in the same form. Its members all stand at the same place, so
 * one encoding, id included, serves them all. Subscribers that are behind are no members.
 */
export class FanOutGroup implements ScheduledWriter {
  readonly selection: Selection
  readonly tails: readonly Tail[]
  readonly #scheduler: WriteScheduler
  readonly #members = new Set<Member>()
  #stand: { offsets: number[]; generations: readonly number[] } = { offsets: [], generations: [] }
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

  /** Takes in a subscriber that stands exactly where the members do. Returns whether it does. */
  join(member: Member, reader: Reader): boolean {
    const { offsets, generations } = reader.stand()
    if (this.#members.size === 0) {
      if (reader.isBehind()) return false
      this.#delivery = undefined
      this.#stand = { offsets: [...offsets], generations }
    } else if (
      !isEqual(this.#stand.offsets, offsets) ||
      !isEqual(this.#stand.generations, generations)
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

  /** How far a reader must come to join; undefined: to the tops. */
  get target(): readonly number[] | undefined {
    return this.#members.size === 0 ? undefined : this.#stand.offsets
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

  /** The next batch for a reader that is behind; readers at the same place share it. */
  replay(reader: Reader): Batch | undefined {
    const [tail] = this.tails
    const read = (take: TakeEvent) => {
      reader.take(take, this.target)
    }
    if (tail === undefined || this.tails.length > 1) return this.#encode(read)

    const after = reader.stand().offsets[0]!
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

    const batch = this.#encode(read)
    if (batch === undefined) return undefined
    if (this.#replays.size === 0) this.#scheduler.add(this.#forgetReplays)
    if (this.#replays.size < MAX_REPLAYS) {
      this.#replays.set(after, { batch, upTo: reader.stand().offsets[0]!, generation })
    }
    return batch
  }

  #hasMore(): boolean {
    return this.tails.some((tail, index) => tail.top !== this.#stand.offsets[index])
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
    const reader = Reader.at(this.tails, this.#stand)
    const before = { offsets: [...this.#stand.offsets], generations: this.#stand.generations }
    if (!reader.isBehind()) return undefined
    const batch = this.#tryEncode(reader)
    if (batch === undefined) {
      // The history has forked, or left the window before it was delivered, or holds what cannot be
      // encoded: each subscriber finds out by itself what that means for it.
      const members = [...this.#members]
      this.#members.clear()
      for (const member of members) member.fallBehind(before)
      return undefined
    }
    this.#stand = { offsets: [...reader.stand().offsets], generations: before.generations }
    return { ...batch, before, sequence: this.#sequence++, rest: this.#members.values() }
  }

  #tryEncode(reader: Reader): Batch | undefined {
    try {
      return this.#encode((take) => reader.take(take))
    } catch {
      // Each member meets it again, ends its own stream and reports it.
      return undefined
    }
  }

  #encode(read: (take: TakeEvent) => void): Batch | undefined {
    let blocks = ''
    let count = 0
    let lastId = ''
    read((tail, event, id) => {
      const data = this.selection.envelope
        ? envelope(tail.channel, tail.positionAt(event.offset), event)
        : event.data
      if (count > 0 && blocks.length + data.length > BATCH_UNITS) return false
      blocks += encodeEvent({ id, event: event.name, data })
      count++
      lastId = id
      return true
    })
    return count === 0 ? undefined : { bytes: frame(blocks, this.selection.framing), count, lastId }
  }
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => value === b[index])
}
