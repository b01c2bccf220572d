import type { Position } from '../../src/wire/position.ts'
import { includesOffset } from './offset-ranges.ts'
import type { NewGap, ReceivedGap } from './received-gap.ts'
import { Stretches, type Stretch } from './stretches.ts'
import { ToldGaps } from './told-gaps.ts'

/** What an event turned out to be; `hole`: the next in order but for some that are missing so far. */
export type Arrival = 'next' | 'hole' | 'reordered' | 'duplicated'

/**
 * What one subscriber got of its channel: events, and gaps. Where a server gives no positions, the numbers of payloads
 * stand for offsets, and the epoch is `''`.
 */
export class ReceivedEvents {
  duplicated = 0
  reordered = 0
  /** Where the subscriber began. */
  begin: Position | undefined
  readonly #stretches = new Stretches()
  readonly #gaps = new ToldGaps()

  get position(): Position | undefined {
    return this.#stretches.position
  }

  get gaps(): readonly ReceivedGap[] {
    return this.#gaps.all
  }

  get falseGaps(): number {
    return this.#gaps.untrue
  }

  get stretches(): readonly Stretch[] {
    return this.#stretches.all
  }

  /** How many offsets lie in holes beyond those that are kept one by one. */
  get forgottenHoles(): number {
    return this.#stretches.forgottenHoles
  }

  /** It came through more epochs than are kept. */
  get isIncomplete(): boolean {
    return this.#stretches.isIncomplete
  }

  /** The server says that the stream stands here, in `runnel.open` or in a refusal. */
  stand(epoch: string, offset: number): void {
    const stood = this.position
    if (stood === undefined) {
      this.begin = { epoch, offset }
      this.#stretches.enter(this.begin, undefined, this.#gaps.count)
    } else if (epoch === stood.epoch) {
      if (offset > stood.offset) this.#stretches.jump(offset + 1)
    } else if (!this.#stretches.has(epoch)) {
      this.#stretches.goOn(epoch, offset, this.#gaps.count)
    }
  }

  receive(epoch: string, offset: number): Arrival {
    if (this.#stretches.takeNext(epoch, offset)) return 'next'
    if (this.begin === undefined) this.stand(epoch, offset - 1)
    if (includesOffset(this.#stretches.heldOf(epoch), offset)) {
      this.duplicated++
      return 'duplicated'
    }
    this.#gaps.refuteEnds(epoch, offset)
    if (this.#stretches.isPast(epoch, offset)) return this.#receiveLate(epoch, offset)
    return this.#stretches.takeAhead(epoch, offset, this.#gaps.count) ? 'next' : 'hole'
  }

  announce(gap: NewGap): void {
    const stood = this.position
    this.#gaps.add(gap, stood, (epoch) => this.#stretches.receivedOf(epoch))
    this.begin ??= gap.id
    if (gap.from !== null && gap.id.epoch === stood?.epoch) {
      this.#stretches.jump(gap.id.offset + 1)
    } else {
      const continued = gap.from === null ? undefined : stood?.epoch
      this.#stretches.enter(gap.id, continued, this.#gaps.count)
    }
  }

  #receiveLate(epoch: string, offset: number): Arrival {
    if (!this.#stretches.takeLate(epoch, offset)) {
      this.duplicated++
      return 'duplicated'
    }
    if (this.#gaps.refuteCover(epoch, offset)) return 'next'
    this.reordered++
    return 'reordered'
  }
}
