/** Durations as text: a whole number and its unit, such as `250ms`, `15s`, `5m` or `1h`. */
import { z } from 'zod'
import { withRules } from './rule.ts'

const MILLISECONDS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** So few digits that no duration overflows in CEL, which counts nanoseconds. */
const FORM = '^([0-9]{1,9}ms|[0-9]{1,6}[smh])$'

const WRITTEN = new RegExp(FORM)

/** A duration within these bounds. */
export function duration(min: string, max: string, description: string): z.ZodString {
  const text = z.string().max(16).describe(`${description} From ${min} to ${max}.`)
  return withRules(text, [
    {
      cel: `${isWritten('self')} && duration(self) >= duration('${min}') && duration(self) <= duration('${max}')`,
      holds: (value) => {
        const milliseconds = parse(value)
        return milliseconds >= parse(min) && milliseconds <= parse(max)
      },
      message: `expected a duration from ${min} to ${max}, written like 250ms, 15s, 5m or 1h`,
    },
  ])
}

/** In CEL: whether one duration is shorter than another. Holds for text that is none, which is another problem. */
export function celIsShorter(one: string, other: string): string {
  return `!${isWritten(one)} || !${isWritten(other)} || duration(${one}) < duration(${other})`
}

/** The same here. */
export function isShorter(one: string, other: string): boolean {
  // Comparisons with NaN are false.
  return !(parse(one) >= parse(other))
}

function isWritten(text: string): string {
  return `${text}.matches('${FORM}')`
}

/** Milliseconds; NaN for other text. */
function parse(text: string): number {
  if (!WRITTEN.test(text)) return NaN
  return Number.parseInt(text, 10) * (MILLISECONDS.get(text.replace(/^\d+/, '')) ?? NaN)
}
