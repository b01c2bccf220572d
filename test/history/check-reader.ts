import type { Gap, GapReason } from '../../src/schema/system-events.ts'
import type { TimedEntry } from './recording.ts'

/** An event of the final line. The data of a trimmed event is known only if its publisher got the position. */
export interface LineEvent {
  readonly id: string
  readonly data: string | undefined
}

/** A breach of what is promised. */
export interface Breach {
  readonly kind:
    | 'lost'
    | 'duplicated'
    | 'reordered'
    | 'made-up'
    | 'false-gap'
    | 'untold'
    /** The publisher got another position than the final log has. */
    | 'misplaced'
  readonly text: string
}

export interface Truth {
  /** All events ever accepted on the line of the final log, oldest first. */
  readonly line: readonly LineEvent[]
  /** The index in `line` of each position. */
  readonly places: ReadonlyMap<string, number>
  /** The name that the final log gives to a position. */
  readonly inFinal: (position: string) => string
  readonly published: ReadonlySet<string>
  readonly allowedGaps: readonly GapReason[]
  readonly hadTwoLogs: boolean
}

type Received = Extract<TimedEntry, { kind: 'received' }>
type GapEntry = Extract<TimedEntry, { kind: 'gap' }>

/** Checks the entries of one reader against the truth. */
export class ReaderCheck {
  readonly breaches: Breach[] = []
  deliveries = 0
  announced = 0
  gaps = 0
  worstPause = 0
  readonly #reader: string
  readonly #truth: Truth
  /** All data that the reader received, and the indexes of its events in the final line. */
  readonly #receivedData = new Set<string>()
  readonly #receivedPlaces = new Set<number>()
  /** The data that the reader must not get again, each with its index in the final line, or -1. */
  readonly #has = new Map<string, number>()
  /** Events that the reader got, that are not in the final log, and that no gap has announced as lost yet. */
  #gone: Received[] = []
  /** Gaps over trimmed events: none of these events may come after its gap. */
  readonly #trimmed: GapEntry[] = []
  /** Positions that a gap has announced as lost. */
  readonly #void = new Set<string>()
  #place = -1
  #receivedAt: number | undefined

  constructor(reader: string, entries: readonly TimedEntry[], truth: Truth) {
    this.#reader = reader
    this.#truth = truth
    for (const entry of entries) {
      if (entry.kind === 'received') this.#takeEvent(entry)
      if (entry.kind === 'gap') this.#takeGap(entry)
    }
    this.#checkEnd(entries.filter((entry): entry is GapEntry => entry.kind === 'gap'))
  }

  #takeEvent(received: Received): void {
    const { data, id, at } = received
    const { line, published, hadTwoLogs } = this.#truth
    this.deliveries++
    this.worstPause = Math.max(this.worstPause, at - (this.#receivedAt ?? at))
    this.#receivedAt = at
    if (!published.has(data)) {
      this.#blame('made-up', `got ${data} at ${id}`)
      return
    }
    if (this.#has.has(data) || (this.#void.has(id) && !hadTwoLogs)) {
      this.#blame('duplicated', `got ${data} twice, now at ${id}`)
    }

    // A publish of unknown outcome may be in two histories, at two positions.
    const found = this.#placeOf(id)
    const place = (line[found]?.data ?? data) === data ? found : -1
    if (place === -1) {
      this.#gone.push(received)
    } else {
      if (place < this.#place) {
        this.#blame('reordered', `got ${data} after ${line[this.#place]!.id}`)
      }
      this.#place = Math.max(place, this.#place)
    }
    if (this.#trimmed.some((gap) => this.#covers(gap, id))) {
      this.#blame('false-gap', `got ${data} at ${id}, and before that a gap over it`)
    }
    this.#receivedData.add(data)
    this.#receivedPlaces.add(place)
    this.#has.set(data, place)
  }

  #takeGap(entry: GapEntry): void {
    const { gap } = entry
    this.gaps++
    const [from, to] = [gap.from, gap.to].map((at) => (at === null ? undefined : offsetOf(at)))
    const isCounted = from === undefined || to === undefined || gap.missed === to - from + 1
    const isCaused = this.#isCaused(gap)
    if (!this.#truth.allowedGaps.includes(gap.reason) || !isCounted || !isCaused) {
      this.#blame('false-gap', `got a gap without a cause: ${JSON.stringify(gap)}`)
    }
    if (gap.reason === 'trimmed') {
      this.#trimmed.push(entry)
      return
    }
    // Events of a lost history are void. After a lost epoch, any event of the reader may be.
    for (const { id } of this.#gone) this.#void.add(id)
    this.#gone = []
    const isAllVoid = gap.reason === 'epoch-lost'
    if (isAllVoid) this.#place = -1
    for (const [data, place] of this.#has) {
      if (isAllVoid || place === -1) this.#has.delete(data)
    }
  }

  /** A reader that is told of a loss must have had a lost event. */
  #isCaused({ reason, from, to }: Gap): boolean {
    if (reason === 'diverged') return this.#gone.some(({ id }) => isWithin(id, from, to))
    return reason !== 'ahead' || this.#gone.length > 0
  }

  #checkEnd(gaps: readonly GapEntry[]): void {
    for (const [place, { data, id }] of this.#truth.line.entries()) {
      if (this.#receivedPlaces.has(place) || (data !== undefined && this.#receivedData.has(data)))
        continue
      if (gaps.some((gap) => this.#covers(gap, id))) this.announced++
      else this.#blame('lost', `never got ${data ?? 'what was trimmed'} at ${id}`)
    }
    const [first] = this.#gone
    if (first === undefined) return
    this.#blame('untold', `has ${first.data} at ${first.id}, which is lost, and was not told`)
  }

  /** The index in the final line, or -1. */
  #placeOf(position: string): number {
    const { places, inFinal } = this.#truth
    return places.get(inFinal(position)) ?? -1
  }

  /**
   * Whether a gap covers an event of the final line. After a lost epoch comes the first kept event, so the gap
   * covers all events before that. The events of a divergence are in no history, and neither are trimmed events
   * of another line, though their offsets may be the same.
   */
  #covers({ gap, id: next }: GapEntry, id: string): boolean {
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
