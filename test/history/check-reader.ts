import type { Gap, GapReason } from '../../src/schema/system-events.ts'
import type { Breach, LineEvent } from './check.ts'
import type { Timed } from './recording.ts'

export interface Truth {
  /** All that was ever accepted on the line of the final log, oldest first. */
  readonly line: readonly LineEvent[]
  /** Place in it, by position. */
  readonly places: ReadonlyMap<string, number>
  /** What the log calls a position in the end. */
  readonly inFinal: (position: string) => string
  readonly published: ReadonlySet<string>
  readonly allowedGaps: readonly GapReason[]
  readonly wereTwo: boolean
}

type Received = Extract<Timed, { kind: 'received' }>
type Told = Extract<Timed, { kind: 'gap' }>

/** One reader's story against the truth. */
export class ReaderCheck {
  readonly breaches: Breach[] = []
  deliveries = 0
  announced = 0
  gaps = 0
  worstPause = 0
  readonly #reader: string
  readonly #truth: Truth
  /** All data that it was ever told, and all places of the final line. */
  readonly #told = new Set<string>()
  readonly #toldPlaces = new Set<number>()
  /** What it must not be told again, with its place in the final line; -1 for what is not there. */
  readonly #has = new Map<string, number>()
  /** What it was told and is not in the final log, and no gap has said so yet. */
  #gone: Received[] = []
  /** The gaps over what was trimmed: none of that may come after it. */
  readonly #trimmed: Told[] = []
  /** Positions that a gap has told it are void. */
  readonly #void = new Set<string>()
  #place = -1
  #receivedAt: number | undefined

  constructor(reader: string, story: readonly Timed[], truth: Truth) {
    this.#reader = reader
    this.#truth = truth
    for (const entry of story) {
      if (entry.kind === 'received') this.#takeEvent(entry)
      if (entry.kind === 'gap') this.#takeGap(entry)
    }
    this.#checkEnd(story.filter((entry): entry is Told => entry.kind === 'gap'))
  }

  #takeEvent(received: Received): void {
    const { data, id, at } = received
    const { line, published, wereTwo } = this.#truth
    this.deliveries++
    this.worstPause = Math.max(this.worstPause, at - (this.#receivedAt ?? at))
    this.#receivedAt = at
    if (!published.has(data)) {
      this.#blame('made-up', `was told ${data} at ${id}`)
      return
    }
    if (this.#has.has(data) || (this.#void.has(id) && !wereTwo)) {
      this.#blame('duplicated', `was told ${data} twice, now at ${id}`)
    }

    // A publish whose outcome was unknown may be in two histories, at two positions.
    const found = this.#placeOf(id)
    const place = (line[found]?.data ?? data) === data ? found : -1
    if (place === -1) {
      this.#gone.push(received)
    } else {
      if (place < this.#place) {
        this.#blame('reordered', `was told ${data} after ${line[this.#place]!.id}`)
      }
      this.#place = Math.max(place, this.#place)
    }
    if (this.#trimmed.some((gap) => this.#tellsOf(gap, id))) {
      this.#blame('false-gap', `was told ${data} at ${id}, and before that a gap over it`)
    }
    this.#told.add(data)
    this.#toldPlaces.add(place)
    this.#has.set(data, place)
  }

  #takeGap(told: Told): void {
    const { gap } = told
    this.gaps++
    const [from, to] = [gap.from, gap.to].map((at) => (at === null ? undefined : offsetOf(at)))
    const isCounted = from === undefined || to === undefined || gap.missed === to - from + 1
    const isCaused = this.#isCaused(gap)
    if (!this.#truth.allowedGaps.includes(gap.reason) || !isCounted || !isCaused) {
      this.#blame('false-gap', `was told a gap without a cause: ${JSON.stringify(gap)}`)
    }
    if (gap.reason === 'trimmed') {
      this.#trimmed.push(told)
      return
    }
    // What it has of a lost history is void; of a lost epoch nobody knows what it has.
    for (const { id } of this.#gone) this.#void.add(id)
    this.#gone = []
    const isAllVoid = gap.reason === 'epoch-lost'
    if (isAllVoid) this.#place = -1
    for (const [data, place] of this.#has) {
      if (isAllVoid || place === -1) this.#has.delete(data)
    }
  }

  /** Who is told that its place is gone has had something that is. */
  #isCaused({ reason, from, to }: Gap): boolean {
    if (reason === 'diverged') return this.#gone.some(({ id }) => isWithin(id, from, to))
    return reason !== 'ahead' || this.#gone.length > 0
  }

  #checkEnd(gaps: readonly Told[]): void {
    for (const [place, { data, id }] of this.#truth.line.entries()) {
      if (this.#toldPlaces.has(place) || (data !== undefined && this.#told.has(data))) continue
      if (gaps.some((gap) => this.#tellsOf(gap, id))) this.announced++
      else this.#blame('lost', `was never told ${data ?? 'what was trimmed'} at ${id}`)
    }
    const [first] = this.#gone
    if (first === undefined) return
    this.#blame('untold', `has ${first.data} at ${first.id}, which is lost, and was not told`)
  }

  /** -1 for what is not on the final line. */
  #placeOf(position: string): number {
    const { places, inFinal } = this.#truth
    return places.get(inFinal(position)) ?? -1
  }

  /**
   * Whether a gap tells of an event. After a lost epoch comes the first event that is kept, so it tells of
   * all before that. What a divergence names is in no history any more, and neither is what was trimmed of
   * another line, though its offsets may be the same.
   */
  #tellsOf({ gap, id: next }: Told, id: string): boolean {
    if (gap.reason === 'epoch-lost') return offsetOf(id) <= offsetOf(next)
    const isOfLine = [gap.from, gap.to].every((at) => at !== null && this.#truth.places.has(at))
    return gap.reason === 'trimmed' && isOfLine && isWithin(id, gap.from, gap.to)
  }

  #blame(kind: Breach['kind'], text: string): void {
    this.breaches.push({ kind, text: `${this.#reader} ${text}` })
  }
}

function isWithin(id: string, from: string | null, to: string | null): boolean {
  if (from === null || to === null) return false
  return offsetOf(from) <= offsetOf(id) && offsetOf(id) <= offsetOf(to)
}

function offsetOf(position: string): number {
  return Number(position.split('-')[1])
}
