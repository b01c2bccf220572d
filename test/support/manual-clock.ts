import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/controller/runtime/clock.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = 0
  readonly #timers = new Set<Timer>()

  now(): number {
    return this.#now
  }

  after(delay: number, callback: () => void): () => void {
    const timer = { at: this.#now + delay, callback }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size
  }

  /** Moves by so many ms and runs each timer at its time. What a timer begins goes on before the next one runs. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await passTurns()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at)
      this.#timers.delete(next)
      next.callback()
      await passTurns()
    }
    this.#now = end
  }

  /** Moves by so many ms and runs no timer, as a process finds it that was stopped and continues. */
  jump(milliseconds: number): void {
    this.#now += milliseconds
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer
    }
    return next
  }
}

/** Lets promises settle that need no time. */
export async function passTurns(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate()
}
