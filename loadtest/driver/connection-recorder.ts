import type { DueTimes } from './due-times.ts'
import type { TallyRecorder } from './tally-recorder.ts'
import type { ReasonedCount } from './tally.ts'

/** Records what becomes of one subscriber's connections. Times are in microseconds. */
export class ConnectionRecorder {
  readonly #tally: TallyRecorder
  readonly #isReadAtOnce: boolean
  /** Of the first connection that got a place. */
  firstOpenedAt: number | undefined
  /** When that connection began. */
  askedAt: number | undefined
  /** Of the latest one. */
  openedAt = 0
  #connectingAt = 0
  /** When the subscriber first tried to connect. */
  startedAt: number | undefined
  /** Since when it tries to get a place, attempts that failed included. */
  #tryingSince: number | undefined
  #answeredAt = 0
  /** When it began to try for the place that it has, until the first event comes there. */
  #triedSince: number | undefined
  /** Its last connection ended, and not because the subscriber went over to another kind. */
  #hasEnded = false
  /** When the last stream ended, until the next event comes. */
  #endedAt: number | undefined

  constructor(tally: TallyRecorder, isReadAtOnce: boolean) {
    this.#tally = tally
    this.#isReadAtOnce = isReadAtOnce
  }

  connecting(at: number): void {
    this.#connectingAt = at
    this.startedAt ??= at
    this.#tryingSince ??= at
  }

  answered(at: number): void {
    this.#answeredAt = at
  }

  opened(at: number): void {
    const { counts, histograms } = this.#tally
    if (this.firstOpenedAt === undefined) counts.connects++
    else if (this.#hasEnded) counts.reconnects++
    histograms.connect.record(this.#answeredAt - (this.#tryingSince ?? at))
    this.firstOpenedAt ??= at
    this.askedAt ??= this.#connectingAt
    this.openedAt = at
    this.#hasEnded = false
    this.#triedSince = this.#tryingSince
    this.#tryingSince = undefined
  }

  /** An event or a system event came. */
  event(at: number): void {
    if (this.#triedSince === undefined) return
    this.#tally.histograms.firstEvent.record(at - this.#triedSince)
    this.#triedSince = undefined
  }

  delivery(at: number): void {
    if (this.#endedAt === undefined) return
    this.#tally.histograms.outage.record(at - this.#endedAt)
    this.#endedAt = undefined
  }

  failed(name: ReasonedCount, reason: string): void {
    this.#tally.counts[name]++
    this.#tally.reasons.add(name, reason)
    this.#hasEnded = true
  }

  cut(reason: string, at: number): void {
    if (this.#isReadAtOnce) this.failed('cuts', reason)
    else this.#tally.counts.slowCuts++
    this.#hasEnded = true
    this.#endedAt ??= at
  }

  closing(at: number): void {
    this.#tally.counts.closings++
    this.#hasEnded = true
    this.#endedAt ??= at
  }

  /** The run ends here for a subscriber that should have a place: what still goes on counts as it is. */
  finish(at: number, dues: DueTimes): void {
    const { connect, outage } = this.#tally.histograms
    if (this.#tryingSince !== undefined) connect.record(at - this.#tryingSince)
    // Without an event that was due, none could end the outage.
    const isOwed = this.#endedAt !== undefined && dues.firstFrom(this.#endedAt) !== undefined
    if (isOwed) outage.record(at - this.#endedAt!)
  }
}
