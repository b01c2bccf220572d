/** Most that the clock of the machine may differ before its time is taken anew, in ms. */
const MAX_DIFFERENCE = 50

let offset = Date.now() - performance.now()

/**
 * Ms since 1970 of a `performance.now()`. Times that are close to each other keep their order and distance, since
 * they have the same offset. It is taken anew when the clock of the machine was set: `performance.timeOrigin` would
 * be wrong from then on, and a process runs for weeks.
 */
export function toWallTime(at: number): number {
  const current = Date.now() - performance.now()
  if (Math.abs(current - offset) > MAX_DIFFERENCE) offset = current
  return at + offset
}
