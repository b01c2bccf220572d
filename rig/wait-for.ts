import { setTimeout } from 'node:timers/promises'

/** Milliseconds between two checks, unless asked for another interval. */
const INTERVAL = 200

/**
 * Repeats a check until it no longer throws. After `limit` milliseconds it throws with the last error of the
 * check.
 */
export async function waitFor<T>(
  what: string,
  limit: number,
  check: () => Promise<T>,
  interval = INTERVAL,
): Promise<T> {
  const end = performance.now() + limit
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > end) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new Error(`gave up waiting for ${what} after ${limit / 1000} s: ${reason}`, {
          cause: error,
        })
      }
    }
    await setTimeout(interval)
  }
}
