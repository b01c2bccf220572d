import { vi } from 'vitest'

/** In ms. Longer ones are time limits, and stay. */
const LONGEST_WAIT = 10_000

/**
 * Timers of up to 10 s, or another `longest`, run at once from here on, until mocks are restored. Returns the
 * milliseconds of those from 1 s on, to which later ones are added.
 */
export function skipWaits(longest = LONGEST_WAIT): readonly number[] {
  const immediately = globalThis.setTimeout
  const waits: number[] = []
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback, milliseconds = 0, ...args) => {
    if (milliseconds >= 1_000) waits.push(milliseconds)
    return immediately(callback, milliseconds <= longest ? 0 : milliseconds, ...args)
  })
  return waits
}
