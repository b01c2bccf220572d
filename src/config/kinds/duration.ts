import { bounded, type Kind } from './kind.ts'

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

const WRITTEN = /^(\d+)(ms|s|m|h)$/

/** Milliseconds of `250ms`, `15s`, `5m` or `1h`; undefined for other text, such as a number without a unit. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = WRITTEN.exec(text) ?? []
  const factor = UNITS.find(([name]) => name === unit)?.[1]
  if (factor === undefined) return undefined
  const milliseconds = Number(digits) * factor
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined
}

/** The shortest exact form: in the largest unit that divides the milliseconds. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  const unit = UNITS.find(([, factor]) => milliseconds % factor === 0)
  if (unit === undefined) throw new RangeError(`expected whole milliseconds, got ${milliseconds}`)
  return `${milliseconds / unit[1]}${unit[0]}`
}

/** The value is in milliseconds. */
export function duration(min: string, max: string): Kind<number> {
  const form = `a duration from ${min} to ${max}, written like 250ms, 15s, 5m or 1h`
  return bounded({ name: 'duration', form, min, max, read: parseDuration, format: formatDuration })
}
