import type { Gauges, Tally } from '../driver/tally.ts'
import type { SecondSample } from '../report/result.ts'
import type { FleetSample } from '../target/target.ts'
import { TallySum } from './tally-sum.ts'

/** The tally of an interval whose middle lies in a second may come half an interval after that second's end. */
const TALLY_DELAY = 0.6

/** Seconds that a second waits for a driver that is late: on a busy machine, it would else seem to have got nothing. */
const LONGEST_DELAY = 4

/** Seconds from the first one to that before `end`. */
interface Span {
  readonly first: number
  readonly end: number
  readonly sum: TallySum
}

/** Puts the tallies of all drivers into the seconds of the run. */
export class SecondRecorder {
  readonly #startedAt: number
  readonly #open = new Map<number, TallySum>()
  readonly #gauges = new Map<number, Gauges>()
  /** Up to when each driver has told all. */
  readonly #toldUntil = new Map<number, number>()
  #spans: readonly Span[] = []
  #next = 0

  constructor(startedAt: number) {
    this.#startedAt = startedAt
  }

  /** `driver` is the place of the driver among the drivers. */
  add(driver: number, tally: Tally): void {
    const middle = Math.floor(tally.at - tally.seconds / 2 - this.#startedAt)
    // A driver that is late still counts, though in a later second.
    const second = Math.max(middle, this.#next)
    const sum = this.#open.get(second) ?? new TallySum()
    sum.add(tally)
    this.#open.set(second, sum)
    for (const span of this.#spans) {
      if (second >= span.first && second < span.end) span.sum.add(tally)
    }
    this.#gauges.set(driver, tally.gauges)
    this.#toldUntil.set(driver, tally.at)
  }

  /** So many seconds, of which none is taken yet, as one sum that grows with them. */
  sumOf(first: number, seconds: number): TallySum {
    const sum = new TallySum()
    this.#spans = [...this.#spans, { first, end: first + seconds, sum }]
    return sum
  }

  /** The seconds that have ended by now, each once. `isLast`: all that there is, since no tally will come. */
  take(now: number, fleet: FleetSample, isLast = false): readonly SecondSample[] {
    const told = Math.min(now - TALLY_DELAY, ...this.#toldUntil.values())
    const ended = Math.floor(Math.max(told, now - LONGEST_DELAY) - this.#startedAt)
    const end = isLast ? Math.max(ended, ...[...this.#open.keys()].map((at) => at + 1)) : ended
    const samples: SecondSample[] = []
    for (; this.#next < end; this.#next++) samples.push(this.#sample(this.#next, fleet))
    this.#spans = this.#spans.filter((span) => span.end > this.#next)
    return samples
  }

  #sample(second: number, fleet: FleetSample): SecondSample {
    const sum = this.#open.get(second) ?? new TallySum()
    this.#open.delete(second)
    const { counts } = sum
    const gauges = [...this.#gauges.values()]
    return {
      second,
      open: gauges.reduce((all, { open }) => all + open, 0),
      waiting: gauges.reduce((all, { waiting }) => all + waiting, 0),
      deliveries: counts.deliveries,
      due: counts.due,
      published: counts.published,
      reconnects: counts.reconnects,
      cuts: counts.cuts,
      refusals: counts.refusals,
      gaps: counts.gaps,
      findings: counts.holes + counts.duplicates + counts.reorderings,
      deliveryP50: sum.percentile('delivery', 50),
      deliveryP99: sum.percentile('delivery', 99),
      deliveryMax: sum.percentile('delivery', 100),
      fleet,
    }
  }
}
