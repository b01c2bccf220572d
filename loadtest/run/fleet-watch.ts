import { setTimeout as sleep } from 'node:timers/promises'
import type { FleetSample, Target } from '../target/target.ts'
import { monotonicSeconds } from './monotonic-seconds.ts'

const INTERVAL = 1_000

export interface FleetReading {
  readonly at: number
  readonly fleet: FleetSample
}

/** Reads the state of the target once a second. */
export class FleetWatch implements AsyncDisposable {
  readonly #readings: FleetReading[] = []
  readonly #ending = new AbortController()
  #running = Promise.resolve()

  /** A target that cannot be read has failed. */
  start(target: Pick<Target, 'watch'>, onFailure: (error: unknown) => void): void {
    this.#running = this.#run(target).catch(onFailure)
  }

  get readings(): readonly FleetReading[] {
    return this.#readings
  }

  get latest(): FleetSample {
    return this.#readings.at(-1)?.fleet ?? { servers: [], replicas: undefined }
  }

  async #run(target: Pick<Target, 'watch'>): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      const at = monotonicSeconds()
      const fleet = await target.watch()
      this.#readings.push({ at, fleet })
      await sleep(INTERVAL, undefined, { signal }).catch(() => {})
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#running
  }
}
