import type { Tally } from '../driver/tally.ts'
import { highestRate, type Reading } from './highest-rate.ts'

/** What the drivers themselves needed. */
export class DriverLoads {
  readonly #cpuTimes = new Map<number, Reading[]>()
  readonly #latest = new Map<number, Tally['driver']>()
  readonly #toldAt = new Map<number, number>()
  #highestRss = 0
  #highestLoopDelay = 0

  /** `driver` is the place of the driver among the drivers. */
  add(driver: number, { at, seconds, driver: load }: Tally): void {
    const times = this.#cpuTimes.get(driver) ?? []
    const before = times.at(-1)?.value ?? 0
    times.push({ at, value: before + load.cpu * seconds })
    this.#cpuTimes.set(driver, times)
    this.#latest.set(driver, load)
    this.#toldAt.set(driver, at)
    this.#highestRss = Math.max(this.#highestRss, load.rss)
    this.#highestLoopDelay = Math.max(this.#highestLoopDelay, load.loopDelay)
  }

  /** Of the busiest driver, as a share of a core over five seconds. */
  get highestCpu(): number {
    const rates = [...this.#cpuTimes.values()].map((times) => highestRate(times) ?? 0)
    return Math.max(0, ...rates)
  }

  /** Of the largest driver, in bytes. */
  get highestRss(): number {
    return this.#highestRss
  }

  /** Of the driver that was the latest once, in ms. */
  get highestLoopDelay(): number {
    return this.#highestLoopDelay
  }

  /** Of the driver that is the busiest at present, as a share of a core. */
  get cpu(): number {
    return Math.max(0, ...[...this.#latest.values()].map(({ cpu }) => cpu))
  }

  /** Seconds since the last tally of the driver that is silent the longest. */
  silence(now: number): number {
    return Math.max(0, ...[...this.#toldAt.values()].map((at) => now - at))
  }

  /** Of all drivers together at present, in bytes. */
  get rss(): number {
    return [...this.#latest.values()].reduce((sum, { rss }) => sum + rss, 0)
  }
}
