/** The places of a subscriber's events in the log, which has no holes: `<epoch>-1`, `<epoch>-2`, and so on. */
export class ReceivedPositions {
  lost = 0
  duplicated = 0
  reordered = 0
  /** Events at positions that do not follow from those before: none, or one of another history. */
  corrupted = 0
  /** Gaps that cover what the subscriber has got, or that move it back. */
  falseGaps = 0
  #epoch = ''
  #offset = 0
  readonly #missing = new Set<number>()

  /** The subscriber stands at this position, as `runnel.open` says on a first connect. */
  startAt(position: string): void {
    const parsed = parse(position)
    this.#epoch = parsed?.epoch ?? ''
    this.#offset = parsed?.offset ?? 0
    this.#missing.clear()
  }

  /** The subscriber stands behind a gap. What was missing before it, and is not within its bounds, is lost. */
  takeGap({ id, reason, from, to }: Gap): void {
    const [first, last, end] = [from, to, id].map((position) => parse(position ?? ''))
    const epoch = this.#epoch
    const isBack = end?.epoch === epoch && end.offset < this.#offset
    const hasIt = first?.epoch === epoch && this.#hasAnyFrom(first.offset, last)
    // A history that was lost takes back what a subscriber has.
    const isTakenBack = reason === 'diverged' || reason === 'ahead'
    if (!isTakenBack && (isBack || hasIt)) this.falseGaps++
    // Null bounds stand for everything up to the id.
    for (const offset of first === undefined ? [] : this.#missing) {
      const isCovered = first?.epoch === epoch && isWithin(offset, first.offset, last)
      if (!isCovered) this.lost++
    }
    this.startAt(id)
  }

  #hasAnyFrom(first: number, last: Position | undefined): boolean {
    const end = Math.min(this.#offset, last?.epoch === this.#epoch ? last.offset : this.#offset)
    let missing = 0
    for (const offset of this.#missing) if (offset >= first && offset <= end) missing++
    return end - first + 1 > missing
  }

  add(position: string): void {
    const parsed = parse(position)
    // A channel that was never written has a position of its own, at which no epoch has begun.
    if (this.#offset === 0 && parsed !== undefined) this.#epoch = parsed.epoch
    if (parsed === undefined || parsed.epoch !== this.#epoch) {
      this.corrupted++
      return
    }
    const { offset } = parsed
    if (offset > this.#offset) {
      for (let missing = this.#offset + 1; missing < offset; missing++) this.#missing.add(missing)
      this.#offset = offset
    } else if (this.#missing.delete(offset)) {
      this.reordered++
    } else {
      this.duplicated++
    }
  }

  /** All that will come has come: what is missing is lost. */
  end(): void {
    this.lost += this.#missing.size
    this.#missing.clear()
  }
}

export interface Gap {
  /** The position at which the stream goes on. */
  readonly id: string
  readonly reason?: string
  readonly from?: string | null
  readonly to?: string | null
}

interface Position {
  readonly epoch: string
  readonly offset: number
}

function isWithin(offset: number, first: number, last: Position | undefined): boolean {
  return offset >= first && (last === undefined || offset <= last.offset)
}

function parse(position: string): Position | undefined {
  const [, epoch, digits] = /^([0-9A-Za-z]{8})-(\d+)$/.exec(position) ?? []
  return epoch === undefined ? undefined : { epoch, offset: Number(digits) }
}
