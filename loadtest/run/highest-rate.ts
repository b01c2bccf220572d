/** A count or state at a moment, in seconds. */
export interface Reading {
  readonly at: number
  readonly value: number
}

/** Seconds. One second alone says little: a sample may come late, and the next one early. */
const WINDOW = 5

/** The most by which a count grew a second, over five seconds in a row; undefined for less than two readings. */
export function highestRate(readings: readonly Reading[]): number | undefined {
  let highest: number | undefined
  let first = 0
  for (const [index, { at, value }] of readings.entries()) {
    while (first + 1 < index && at - readings[first + 1]!.at >= WINDOW) first++
    const earlier = readings[first]!
    if (index === first || at === earlier.at) continue
    const isWhole = at - earlier.at >= WINDOW || index === readings.length - 1
    const rate = (value - earlier.value) / (at - earlier.at)
    // A process that starts anew counts from 0, which is no negative rate.
    if (isWhole) highest = Math.max(highest ?? 0, rate)
  }
  return highest
}
