import { monotonicNow } from './monotonic-clock.ts'

/** Milliseconds. */
const INTERVAL = 10
/** Microseconds that the event loop may be late: less than what a judge of delays looks for. */
const TOLERANCE = 15_000

/** Knows since when this process has been reading in time: what waited longer in a socket was not late on the way. */
export class EventLoopLag {
  #timer: NodeJS.Timeout | undefined
  #tickAt = monotonicNow()
  #punctualSince = 0

  start(): void {
    this.#tickAt = monotonicNow()
    this.#timer = setInterval(() => {
      const now = monotonicNow()
      this.#punctualSince = this.punctualSince(now)
      this.#tickAt = now
    }, INTERVAL)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** In microseconds, as `now` is; `now` itself if the loop is late at this moment. */
  punctualSince(now: number): number {
    return now - this.#tickAt > INTERVAL * 1_000 + TOLERANCE ? now : this.#punctualSince
  }
}
