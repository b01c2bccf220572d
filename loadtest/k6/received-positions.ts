/** The places of a subscriber's events in the log, which has no holes: `<epoch>-1`, `<epoch>-2`, and so on. */
export class ReceivedPositions {
  lost = 0
  duplicated = 0
  reordered = 0
  /** Events at positions that do not follow from those before: none, or one of another history. */
  corrupted = 0
  #epoch = ''
  #offset = 0
  readonly #missing = new Set<number>()

  /** The subscriber stands at this position, as `runnel.open` says on a first connect, or behind a gap. */
  startAt(position: string): void {
    const parsed = parse(position)
    this.#epoch = parsed?.epoch ?? ''
    this.#offset = parsed?.offset ?? 0
    this.#missing.clear()
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

function parse(position: string): { epoch: string; offset: number } | undefined {
  const [, epoch, digits] = /^([0-9A-Za-z]{8})-(\d+)$/.exec(position) ?? []
  return epoch === undefined ? undefined : { epoch, offset: Number(digits) }
}
