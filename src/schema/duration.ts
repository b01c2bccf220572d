/** Fields that hold a duration as text, and rules about them. */
import { z } from 'zod'
import { DURATION_FORM, millisecondsOf } from './milliseconds.ts'
import { withRules } from './rule.ts'

/** A duration within these bounds. */
export function duration(min: string, max: string, description: string): z.ZodString {
  const text = z.string().max(16).describe(`${description} From ${min} to ${max}.`)
  return withRules(text, [
    {
      cel: `${isWritten('self')} && duration(self) >= duration('${min}') && duration(self) <= duration('${max}')`,
      holds: (value) => {
        const milliseconds = millisecondsOf(value)
        return milliseconds >= millisecondsOf(min) && milliseconds <= millisecondsOf(max)
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
  return !(millisecondsOf(one) >= millisecondsOf(other))
}

function isWritten(text: string): string {
  return `${text}.matches('${DURATION_FORM}')`
}
