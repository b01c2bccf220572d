import type { Tally } from '../driver/tally.ts'
import type { Judgement } from '../driver/commands.ts'
import type { Figures } from '../figures.ts'
import type { SecondSample } from '../report/result.ts'
import type { Target } from '../target/target.ts'
import { DriverLoads } from './driver-loads.ts'
import { FleetWatch } from './fleet-watch.ts'
import { monotonicSeconds } from './monotonic-seconds.ts'
import { SecondRecorder } from './second-recorder.ts'
import { sumFigures } from './sum-figures.ts'
import { TallySum } from './tally-sum.ts'

const TICK = 1_000

export interface RecordingOptions {
  readonly target: Pick<Target, 'watch'>
  readonly onSecond: (sample: SecondSample) => void
  /** The target cannot be read. */
  readonly onFailure: (error: unknown) => void
}

/** All that is measured in a run: tallies of the drivers, and the state of the target. */
export class Recording implements AsyncDisposable {
  readonly sum = new TallySum()
  readonly loads = new DriverLoads()
  readonly seconds: SecondSample[] = []
  readonly #options: RecordingOptions
  readonly #startedAt = monotonicSeconds()
  readonly #recorder = new SecondRecorder(this.#startedAt)
  readonly #watch = new FleetWatch()
  #next = Promise.withResolvers<void>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: RecordingOptions) {
    this.#options = options
  }

  start(): void {
    this.#watch.start(this.#options.target, this.#options.onFailure)
    this.#timer = setInterval(() => this.#take(), TICK)
  }

  /** Seconds since the start. */
  get elapsed(): number {
    return monotonicSeconds() - this.#startedAt
  }

  /** Resolves when further seconds are measured. */
  async nextSeconds(): Promise<void> {
    return this.#next.promise
  }

  /** The first second that has not begun. */
  get nextSecond(): number {
    return Math.ceil(this.elapsed)
  }

  /** So many seconds, of which the first one may begin next, as one sum that grows with them. */
  sumOf(first: number, seconds: number): TallySum {
    return this.#recorder.sumOf(first, seconds)
  }

  add(driver: number, tally: Tally): void {
    this.sum.add(tally)
    this.loads.add(driver, tally)
    this.#recorder.add(driver, tally)
  }

  figures(judgement: Judgement | undefined): Figures {
    const { sum, seconds, loads: drivers } = this
    return sumFigures({ sum, seconds, fleet: this.#watch.readings, drivers, judgement })
  }

  #take(isLast = false): void {
    for (const sample of this.#recorder.take(monotonicSeconds(), this.#watch.latest, isLast)) {
      this.seconds.push(sample)
      this.#options.onSecond(sample)
    }
    const { resolve } = this.#next
    this.#next = Promise.withResolvers()
    resolve()
  }

  /** The rest of the tallies are in the last seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#watch[Symbol.asyncDispose]()
    this.#take(true)
  }
}
