import { Incident, type TroubleListener, type TroubleReport } from './incident.ts'
import type { Trouble } from './trouble-codes.ts'

/**
 * The time in which the servers cannot be used, whatever the cause. A server that cannot be reached times
 * out, refuses and closes connections in turn, and that is one outage.
 */
export class Outage {
  readonly #onTrouble: TroubleListener
  readonly #interval: number
  #incident: Incident | undefined
  #reportedAt = 0
  #hasReportedRefusal = false
  #failedRequests = 0

  /** `interval`: how often an outage that lasts is reported again, in ms. */
  constructor(onTrouble: TroubleListener, interval: number) {
    this.#onTrouble = onTrouble
    this.#interval = interval
  }

  get report(): TroubleReport | undefined {
    return this.#incident?.report()
  }

  /** A request failed since the servers could not be used. */
  countFailure(): void {
    this.#failedRequests++
    if (this.#incident !== undefined) this.#incident.count = this.#failedRequests
  }

  /** Takes the result of a health check; undefined if the servers can be used. */
  update(trouble: Trouble | undefined): void {
    if (trouble === undefined) {
      const { report } = this
      this.#incident = undefined
      this.#failedRequests = 0
      if (report !== undefined) this.#onTrouble('ends', report)
      return
    }
    const isNew = this.#incident === undefined
    if (isNew) this.#hasReportedRefusal = false
    this.#incident ??= new Incident('log', trouble)
    this.#incident.update(trouble)
    this.#incident.count = this.#failedRequests
    // An outage that turns into a refusal needs a person: that is reported at once, one time.
    const isWorse = trouble.state === 'refused' && !this.#hasReportedRefusal
    const now = performance.now()
    if (!isNew && !isWorse && now - this.#reportedAt < this.#interval) return
    this.#reportedAt = now
    this.#hasReportedRefusal ||= trouble.state === 'refused'
    this.#onTrouble(isNew || isWorse ? 'begins' : 'lasts', this.#incident.report())
  }
}
