import type { ConnectionRecorder } from './connection-recorder.ts'
import type { DueTimes } from './due-times.ts'
import type { PayloadReader } from './payload.ts'
import type { Recording } from './recording.ts'
import { Silences, SHORTEST_PAUSE } from './silences.ts'

/**
 * Records when the events of a subscriber come that reads at once: how late, after which silence, and what something on
 * the way held back. Times are in microseconds.
 */
export class DeliveryRecorder {
  readonly #recording: Recording
  readonly #connection: ConnectionRecorder
  /** Polls bring several events by their nature. */
  readonly #isStream: boolean
  readonly #silences = new Silences()

  constructor(recording: Recording, connection: ConnectionRecorder, isStream: boolean) {
    this.#recording = recording
    this.#connection = connection
    this.#isStream = isStream
  }

  connecting(at: number): void {
    this.#silences.begin(at)
  }

  delivery({ due, isUntimed }: PayloadReader, at: number): void {
    this.#silences.event(at)
    this.#connection.delivery(due, at)
    if (isUntimed) return
    const { firstOpenedAt, isCatchingUp } = this.#connection
    if (firstOpenedAt !== undefined && due >= firstOpenedAt) {
      this.#recording.tally.histograms.delivery.record(at - due)
    }
    if (this.#isStream && !isCatchingUp) this.#recording.heldBack.add(due, at)
  }

  /** `isRemaining`: the subscriber should get all that comes, to the end of the run. */
  finish(dues: DueTimes, isRemaining: boolean): void {
    const { counts, histograms } = this.#recording.tally
    // Nothing is missed after the last event was due, however long the judge waits for that one.
    const pauses = this.#silences.takePauses(dues, isRemaining ? dues.last : undefined)
    for (const pause of pauses) histograms.pause.record(pause)
    if (isRemaining && this.#isSilent(dues)) counts.silentAtEnd++
  }

  #isSilent(dues: DueTimes): boolean {
    const { since } = this.#silences
    if (since === undefined) return false
    // What was due before it had a place is not owed to it.
    const owedFrom = Math.max(since, this.#connection.firstOpenedAt ?? 0)
    // A server that accepts nothing any more owes nothing, and is silent all the same.
    return dues.lastAccepted > owedFrom || dues.spanFrom(owedFrom) > SHORTEST_PAUSE
  }
}
