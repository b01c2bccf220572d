import { Incident, type Tell, type TroubleReport } from './incident.ts'
import type { Trouble } from './trouble.ts'

/**
 * The time in which the servers cannot be used, whatever the cause: one that cannot be reached times out,
 * refuses and closes connections in turn, and that is one outage.
 */
export class Outage {
  readonly #tell: Tell
  readonly #interval: number
  #episode: Incident | undefined
  #toldAt = 0
  #hasToldRefusal = false
  #missed = 0

  /** `interval`: how often an outage that lasts is told again, in ms. */
  constructor(tell: Tell, interval: number) {
    this.#tell = tell
    this.#interval = interval
  }

  get report(): TroubleReport | undefined {
    return this.#episode?.report()
  }

  /** A request failed since the servers could not be used. */
  miss(): void {
    this.#missed++
    if (this.#episode !== undefined) this.#episode.count = this.#missed
  }

  /** Takes what a look at the servers has found; undefined if nothing stands in the way. */
  see(trouble: Trouble | undefined): void {
    if (trouble === undefined) {
      const report = this.report
      this.#episode = undefined
      this.#missed = 0
      if (report !== undefined) this.#tell('ends', report)
      return
    }
    const isNew = this.#episode === undefined
    if (isNew) this.#hasToldRefusal = false
    this.#episode ??= new Incident('log', trouble)
    this.#episode.learn(trouble)
    this.#episode.count = this.#missed
    // Waiting helps no more: that is news, once.
    const isWorse = trouble.state === 'refused' && !this.#hasToldRefusal
    const now = performance.now()
    if (!isNew && !isWorse && now - this.#toldAt < this.#interval) return
    this.#toldAt = now
    this.#hasToldRefusal ||= trouble.state === 'refused'
    this.#tell(isNew || isWorse ? 'begins' : 'lasts', this.#episode.report())
  }
}
