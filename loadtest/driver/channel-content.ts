/**
 * What the events of one channel contained, by position: the content must be the same for all subscribers, and what
 * was published there. All subscribers of a driver share it, so each position is kept once.
 */

/** Beyond so many epochs, or offsets of one of them, contents are not compared: they would take all memory. */
const MAX_EPOCHS = 1_000
const MAX_OFFSETS = 4 * 1024 * 1024
const FIRST_CAPACITY = 16

/** The number of a payload of this run, or a negative hash of any other data. */
export type Content = number

export interface Delivered {
  readonly content: Content
  readonly deliveries: number
}

export class ChannelContent {
  readonly #epochs = new Map<string, EpochContent>()
  /** Stands for all epochs beyond those that are kept. */
  readonly #further = new EpochContent(0)

  get epochs(): ReadonlyMap<string, EpochContent> {
    return this.#epochs
  }

  ofEpoch(epoch: string): EpochContent {
    let content = this.#epochs.get(epoch)
    if (content === undefined) {
      if (this.#epochs.size === MAX_EPOCHS) return this.#further
      this.#epochs.set(epoch, (content = new EpochContent(MAX_OFFSETS)))
    }
    return content
  }

  /** Deliveries that are not compared. */
  get uncompared(): number {
    const contents = [...this.#epochs.values(), this.#further]
    return contents.reduce((sum, { uncompared }) => sum + uncompared, 0)
  }
}

export class EpochContent {
  /** Deliveries at offsets that are too far apart. */
  uncompared = 0
  readonly #maxOffsets: number
  #base = 0
  /** The content that the first delivery had, and how many deliveries had it; 0 deliveries: none came. */
  #contents = new Float64Array(0)
  #deliveries = new Uint32Array(0)
  /** Deliveries with another content than the first one's. */
  readonly #differing = new Map<number, Map<Content, number>>()

  constructor(maxOffsets: number) {
    this.#maxOffsets = maxOffsets
  }

  add(offset: number, content: Content): void {
    let index = offset - this.#base
    if (index < 0 || index >= this.#contents.length) {
      if (!this.#makeRoom(offset)) {
        this.uncompared++
        return
      }
      index = offset - this.#base
    }
    if (this.#deliveries[index] === 0) this.#contents[index] = content
    else if (this.#contents[index] !== content) return this.#addDiffering(offset, content)
    this.#deliveries[index]!++
  }

  /** The first and the last offset that was delivered; undefined without any. */
  get bounds(): { readonly first: number; readonly last: number } | undefined {
    const first = this.#deliveries.findIndex((count) => count > 0)
    if (first === -1) return undefined
    const last = this.#deliveries.findLastIndex((count) => count > 0)
    return { first: this.#base + first, last: this.#base + last }
  }

  /** The contents of each offset, in ascending order of offsets: one, unless subscribers got different ones. */
  *delivered(): Iterable<readonly [offset: number, contents: readonly Delivered[]]> {
    for (const [index, deliveries] of this.#deliveries.entries()) {
      if (deliveries === 0) continue
      const offset = this.#base + index
      const first = { content: this.#contents[index]!, deliveries }
      const others = this.#differing.get(offset) ?? []
      yield [
        offset,
        [first, ...Array.from(others, ([content, count]) => ({ content, deliveries: count }))],
      ]
    }
  }

  #addDiffering(offset: number, content: Content): void {
    const counts = this.#differing.get(offset) ?? new Map<Content, number>()
    counts.set(content, (counts.get(content) ?? 0) + 1)
    this.#differing.set(offset, counts)
  }

  #makeRoom(offset: number): boolean {
    const used = this.#contents.length
    const base = used === 0 ? offset : Math.min(this.#base, offset)
    const needed = Math.max(this.#base + used, offset + 1) - base
    if (needed > this.#maxOffsets) return false
    const capacity = Math.max(FIRST_CAPACITY, needed, Math.min(2 * used, this.#maxOffsets))
    // A replay may begin before the oldest offset so far; the room at the end is for what is published.
    const shift = used === 0 ? 0 : this.#base - base
    const contents = new Float64Array(capacity)
    contents.set(this.#contents, shift)
    const deliveries = new Uint32Array(capacity)
    deliveries.set(this.#deliveries, shift)
    this.#base = base
    this.#contents = contents
    this.#deliveries = deliveries
    return true
  }
}

/** Negative, so that it is never the number of a payload. FNV-1a. */
export function foreignContent(data: string): Content {
  let hash = 0x811c9dc5
  for (let at = 0; at < data.length; at++) {
    hash = Math.imul(hash ^ data.charCodeAt(at), 0x01000193)
  }
  return -1 - (hash >>> 0)
}
