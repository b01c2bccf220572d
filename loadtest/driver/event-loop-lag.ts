import { monotonicNow } from './monotonic-clock.ts'

/** Microseconds. */
const INTERVAL = 10_000
/** Microseconds that the event loop may be late: less than what a judge of delays looks for. */
const TOLERANCE = 15_000

/**
 * Knows how late this process reads, because it has too much to do, or does not get the CPU: what waited meanwhile in a
 * socket was not late on the way. Times are in microseconds.
 */
export class EventLoopLag {
  #timer: NodeJS.Timeout | undefined
  #tickAt = monotonicNow()
  #punctualSince = 0
  #longest = 0

  start(): void {
    this.#tickAt = monotonicNow()
    this.#timer = setInterval(() => this.tick(), INTERVAL / 1_000)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Counts how late the loop is at this moment. */
  tick(): void {
    this.#longest = Math.max(this.#longest, this.#lagAt(monotonicNow()))
    this.skip()
  }

  /** Leaves out the time since the last tick, in which nothing waited to be read. */
  skip(): void {
    const now = monotonicNow()
    this.#punctualSince = this.punctualSince(now)
    this.#tickAt = now
  }

  /** The longest lag since the last call. */
  takeLongest(): number {
    this.tick()
    const longest = this.#longest
    this.#longest = 0
    return longest
  }

  /** `now` itself if the loop is late at this moment. */
  punctualSince(now: number): number {
    return this.#lagAt(now) > TOLERANCE ? now : this.#punctualSince
  }

  #lagAt(now: number): number {
    return Math.max(0, now - this.#tickAt - INTERVAL)
  }
}
