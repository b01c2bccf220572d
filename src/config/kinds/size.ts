import { bounded, type Kind } from './kind.ts'

const UNITS = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
  ['', 1],
] as const

const WRITTEN = /^(\d+)(KiB|MiB|GiB|)$/

/** Bytes of `64KiB`, `16MiB`, `1GiB` or a plain number; undefined for other text. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = WRITTEN.exec(text) ?? []
  const factor = UNITS.find(([name]) => name === unit)?.[1]
  if (factor === undefined) return undefined
  const bytes = Number(digits) * factor
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** The shortest exact form: in the largest unit that divides the bytes. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '0'
  const unit = UNITS.find(([, factor]) => bytes % factor === 0)
  if (unit === undefined) throw new RangeError(`expected whole bytes, got ${bytes}`)
  return `${bytes / unit[1]}${unit[0]}`
}

/** The value is in bytes. */
export function size(min: string, max: string): Kind<number> {
  const form = `a size from ${min} to ${max}, written like 64KiB, 16MiB, 1GiB or a number of bytes`
  return bounded({ name: 'size', form, min, max, read: parseSize, format: formatSize })
}
