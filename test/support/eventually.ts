import { vi } from 'vitest'

/**
 * Repeats a check until it no longer throws, and returns its result. The time limit only ends a test that would
 * hang; it is no limit for the speed of anything.
 */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 45_000, interval: 10 })
}
