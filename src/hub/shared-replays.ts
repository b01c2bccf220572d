import { encodeBatch, type BatchFormat, type EncodedBatch } from './encode-batch.ts'
import type { Reader, TakeEvent } from './reader.ts'
import type { Tail } from './tail.ts'
import type { ScheduledWriter, WriteScheduler } from './write-scheduler.ts'

/** A batch for subscribers that are behind. */
interface Replay {
  readonly batch: EncodedBatch
  readonly upTo: number
  readonly generation: number
}

/** Batches kept for readers that come with the same cursor, as many do after a restart. */
const MAX_REPLAYS = 16

/** Batches that readers with the same progress share, for one turn of the event loop. */
export class SharedReplays implements ScheduledWriter {
  readonly #tails: readonly Tail[]
  readonly #format: BatchFormat
  readonly #scheduler: WriteScheduler
  readonly #replays = new Map<number, Replay>()

  constructor(tails: readonly Tail[], format: BatchFormat, scheduler: WriteScheduler) {
    this.#tails = tails
    this.#format = format
    this.#scheduler = scheduler
  }

  /** The next batch for a reader, up to these offsets, by default the tops. */
  next(reader: Reader, target: readonly number[] | undefined): EncodedBatch | undefined {
    const [tail] = this.#tails
    const read = (take: TakeEvent) => {
      reader.take(take, target)
    }
    if (tail === undefined || this.#tails.length > 1) return encodeBatch(read, this.#format)

    const after = reader.progress().offsets[0]!
    const { generation } = tail
    const shared = this.#replays.get(after)
    if (
      shared?.generation === generation &&
      shared.upTo <= (target?.[0] ?? tail.top) &&
      reader.canReach(shared.upTo)
    ) {
      read((_tail, event) => event.offset <= shared.upTo)
      return shared.batch
    }

    const batch = encodeBatch(read, this.#format)
    if (batch === undefined) return undefined
    if (this.#replays.size === 0) this.#scheduler.add(this)
    if (this.#replays.size < MAX_REPLAYS) {
      this.#replays.set(after, { batch, upTo: reader.progress().offsets[0]!, generation })
    }
    return batch
  }

  /** The turn is over. */
  takeTurn(): number {
    this.#replays.clear()
    return 0
  }
}
