/**
 * Time that only moves forward: a step of the wall clock does not touch it, and a process that was stopped
 * finds it moved on when it continues.
 */
export interface Clock {
  /** In ms, from an arbitrary start. */
  now(): number
  /** Calls back once, after so many ms. The result cancels that. */
  after(delay: number, callback: () => void): () => void
}

/** Node calls back at once if asked for more. */
const LONGEST_TIMER = 2 ** 31 - 1

export const monotonicClock: Clock = {
  now: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, Math.min(delay, LONGEST_TIMER))
    return () => {
      clearTimeout(timer)
    }
  },
}

/** Waits; an abort ends the wait early and is no error. */
export async function sleep(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const finish = () => {
    resolve()
  }
  const cancel = clock.after(delay, finish)
  signal.addEventListener('abort', finish, { once: true })
  await promise
  cancel()
  signal.removeEventListener('abort', finish)
}
