import { vi } from 'vitest'

/**
 * As `eventually`, for what the controller waits for on purpose: it gives up a silent watch after 100 s, and tries
 * again what fails within 30 s.
 */
export async function patiently<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 180_000, interval: 200 })
}
