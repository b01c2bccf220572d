import { vi } from 'vitest'

/**
 * Repeats a check until it no longer throws, and returns what it returned. The time limit only ends a
 * test that would hang; it says nothing about how fast anything must be.
 */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 10 })
}
