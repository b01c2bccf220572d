import type { Gap, GapReason } from '../../src/wire/system-event.ts'
import type { Breach, FinalLog } from './check.ts'
import type { Timed } from './recording.ts'

export interface Truth {
  readonly final: FinalLog
  /** What the log calls a position in the end. */
  readonly inFinal: (position: string) => string
  /** Place in the final log, by data. */
  readonly kept: ReadonlyMap<string, number>
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
  /** All data that it was ever told. */
  readonly #told = new Set<string>()
  /** What it must not be told again, with the place in the final log; -1 for what is not there. */
  readonly #has = new Map<string, number>()
  /** What it was told and is not in the final log, and no gap has said so yet. */
  #gone: Received[] = []
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
    const { final, inFinal, kept, published, wereTwo } = this.#truth
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
    const found = kept.get(data) ?? -1
    const place = final.events[found]?.id === inFinal(id) ? found : -1
    if (place === -1) {
      this.#gone.push(received)
    } else {
      if (place < this.#place) {
        this.#blame('reordered', `was told ${data} after ${final.events[this.#place]!.data}`)
      }
      this.#place = Math.max(place, this.#place)
    }
    this.#told.add(data)
    this.#has.set(data, place)
  }

  #takeGap({ gap }: Told): void {
    this.gaps++
    const [from, to] = [gap.from, gap.to].map((at) => (at === null ? undefined : offsetOf(at)))
    const isCounted = from === undefined || to === undefined || gap.missed === to - from + 1
    const isCaused = this.#isCaused(gap)
    if (!this.#truth.allowedGaps.includes(gap.reason) || !isCounted || !isCaused) {
      this.#blame('false-gap', `was told a gap without a cause: ${JSON.stringify(gap)}`)
    }
    if (gap.reason === 'trimmed') return
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
    for (const { data, id } of this.#truth.final.events) {
      if (this.#told.has(data)) continue
      if (gaps.some((gap) => tellsOf(gap, id))) this.announced++
      else this.#blame('lost', `was never told ${data} at ${id}`)
    }
    const [first] = this.#gone
    if (first === undefined) return
    this.#blame('untold', `has ${first.data} at ${first.id}, which is lost, and was not told`)
  }

  #blame(kind: Breach['kind'], text: string): void {
    this.breaches.push({ kind, text: `${this.#reader} ${text}` })
  }
}

/**
 * Whether a gap tells of a kept event. After a lost epoch comes the first event that is kept, so it tells
 * of all before that. What a divergence names is in no history any more.
 */
function tellsOf({ gap, id: next }: Told, id: string): boolean {
  if (gap.reason === 'epoch-lost') return offsetOf(id) <= offsetOf(next)
  return gap.reason === 'trimmed' && isWithin(id, gap.from, gap.to)
}

function isWithin(id: string, from: string | null, to: string | null): boolean {
  if (from === null || to === null) return false
  return offsetOf(from) <= offsetOf(id) && offsetOf(id) <= offsetOf(to)
}

function offsetOf(position: string): number {
  return Number(position.split('-')[1])
}
