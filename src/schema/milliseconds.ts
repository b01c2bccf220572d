/** Durations as text: a whole number and its unit, such as `250ms`, `15s`, `5m` or `1h`. */

const UNITS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** So few digits that no duration overflows in CEL, which counts nanoseconds. */
export const DURATION_FORM = '^([0-9]{1,9}ms|[0-9]{1,6}[smh])$'

const WRITTEN = new RegExp(DURATION_FORM)

/** NaN for other text. */
export function millisecondsOf(text: string): number {
  if (!WRITTEN.test(text)) return NaN
  return Number.parseInt(text, 10) * (UNITS.get(text.replace(/^\d+/, '')) ?? NaN)
}
