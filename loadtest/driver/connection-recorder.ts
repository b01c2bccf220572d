import { DRAIN, EXPIRE } from '../../src/wire/system-event-names.ts'
import { CatchUps } from './catch-ups.ts'
import type { DueTimes } from './due-times.ts'
import type { TallyRecorder } from './tally-recorder.ts'
import type { ReasonedCount } from './tally.ts'

/** The counts of closing events. Any other one, such as `runnel.fault`, counts as a fault. */
const CLOSINGS: Readonly<Record<string, ReasonedCount>> = {
  [DRAIN]: 'drains',
  [EXPIRE]: 'expiries',
}

/** Records what becomes of one subscriber's connections. Times are in microseconds. */
export class ConnectionRecorder {
  readonly #tally: TallyRecorder
  readonly #isReadAtOnce: boolean
  readonly #catchUps: CatchUps
  /** Of the first connection that got a place. */
  firstOpenedAt: number | undefined
  /** When that connection began. */
  askedAt: number | undefined
  #connectingAt = 0
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
    this.#catchUps = new CatchUps(tally.histograms.caughtUp)
  }

  /** The subscriber may still get what was due before its last opening. */
  get isCatchingUp(): boolean {
    return this.#catchUps.isCatchingUp
  }

  connecting(at: number): void {
    this.#connectingAt = at
    this.#tryingSince ??= at
  }

  answered(at: number): void {
    this.#answeredAt = at
  }

  opened(at: number): void {
    const { counts, histograms } = this.#tally
    const triedSince = this.#tryingSince ?? at
    if (this.firstOpenedAt === undefined) counts.connects++
    else if (this.#hasEnded) counts.reconnects++
    histograms.connect.record(this.#answeredAt - triedSince)
    this.firstOpenedAt ??= at
    this.askedAt ??= this.#connectingAt
    this.#catchUps.opened(triedSince, at)
    this.#hasEnded = false
    this.#triedSince = triedSince
    this.#tryingSince = undefined
  }

  /** An event or a system event came. */
  event(at: number): void {
    if (this.#triedSince === undefined) return
    this.#tally.histograms.firstEvent.record(at - this.#triedSince)
    this.#triedSince = undefined
  }

  /** An event came that was due at this time. */
  delivery(due: number, at: number): void {
    this.#catchUps.delivery(due, at)
    if (this.#endedAt === undefined) return
    this.#tally.histograms.outage.record(at - this.#endedAt)
    this.#endedAt = undefined
  }

  /** An end, be it before the subscriber had a place. */
  ended(name: ReasonedCount, reason: string): void {
    this.#tally.counts[name]++
    this.#tally.reasons.add(name, reason)
    this.#hasEnded = true
  }

  cut(reason: string, at: number): void {
    if (this.#isReadAtOnce) this.ended('cuts', reason)
    else this.#tally.counts.slowCuts++
    this.#hasEnded = true
    this.#endedAt ??= at
  }

  closing(eventName: string, reason: string, at: number): void {
    this.ended(CLOSINGS[eventName] ?? 'faults', reason)
    this.#endedAt ??= at
  }

  /** The run ends here for a subscriber that should have a place: what still goes on counts as it is. */
  finish(at: number, dues: DueTimes): void {
    const { connect, outage } = this.#tally.histograms
    if (this.#tryingSince !== undefined) connect.record(at - this.#tryingSince)
    // Only an event that was due could have ended the outage.
    const { last } = dues
    if (this.#endedAt !== undefined && last !== undefined && last >= this.#endedAt) {
      outage.record(last - this.#endedAt)
    }
    this.#catchUps.finish()
  }
}
