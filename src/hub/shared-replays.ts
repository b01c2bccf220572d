import { encodeBatch, type BatchFormat, type EncodedBatch } from './encode-batch.ts'
import { sizeOfAll } from './event-size.ts'
import type { MemoryBudget, Reservation } from './memory-budget.ts'
import type { Progress, Reader } from './reader.ts'
import type { ScheduledWriter, WriteScheduler } from './write-scheduler.ts'

/** A batch for subscribers that are behind. */
interface Replay {
  readonly batch: EncodedBatch
  /** Where a reader stands after it. */
  readonly end: Progress
  /** Whether it has all that there was: a reader that comes when there is more would be better off with a longer one. */
  readonly isRest: boolean
  /** Without one, it is kept for this turn of the event loop only. */
  readonly reservation: Reservation | undefined
}

/** Batches kept for readers that come with the same cursor, as many do after a restart. */
const MAX_REPLAYS = 16

/** Batches that readers with the same cursor share, for as long as nobody needs their memory. */
export class SharedReplays implements ScheduledWriter {
  readonly #format: BatchFormat
  readonly #scheduler: WriteScheduler
  readonly #memory: MemoryBudget
  /** By the cursor before each, the one that was used last at the end. */
  readonly #replays = new Map<string, Replay>()

  constructor(format: BatchFormat, scheduler: WriteScheduler, memory: MemoryBudget) {
    this.#format = format
    this.#scheduler = scheduler
    this.#memory = memory
  }

  /** The next batch for a reader, up to these offsets, by default the tops. */
  next(reader: Reader, target: readonly number[] | undefined): EncodedBatch | undefined {
    const cursor = reader.cursor()
    const shared = this.#replays.get(cursor)
    if (shared !== undefined && reader.canSkipTo(shared.end, target, shared.isRest)) {
      reader.skipTo(shared.end)
      this.#replays.delete(cursor)
      this.#replays.set(cursor, shared)
      return shared.batch
    }
    const batch = encodeBatch((take) => {
      reader.take(take, target)
    }, this.#format)
    if (batch === undefined) return undefined
    this.#drop(cursor)
    const isRest = !reader.isBehind(target)
    const reservation = this.#memory.reserveSpare(sizeOfBatch(batch), () => {
      this.#replays.delete(cursor)
      return true
    })
    this.#replays.set(cursor, { batch, end: reader.progress(), isRest, reservation })
    if (reservation === undefined) this.#scheduler.add(this)
    const [oldest] = this.#replays.keys()
    if (this.#replays.size > MAX_REPLAYS) this.#drop(oldest!)
    return batch
  }

  /** The turn is over. */
  takeTurn(): number {
    for (const [cursor, { reservation }] of this.#replays) {
      if (reservation === undefined) this.#replays.delete(cursor)
    }
    return 0
  }

  close(): void {
    for (const cursor of this.#replays.keys()) this.#drop(cursor)
  }

  #drop(cursor: string): void {
    const reservation = this.#replays.get(cursor)?.reservation
    if (reservation !== undefined) this.#memory.release(reservation)
    this.#replays.delete(cursor)
  }
}

/** In bytes. The batch keeps its traced events alive as well. */
function sizeOfBatch({ bytes, traced }: EncodedBatch): number {
  if (traced === undefined) return bytes.length
  return [...traced.values()].reduce((sum, events) => sum + sizeOfAll(events), bytes.length)
}
