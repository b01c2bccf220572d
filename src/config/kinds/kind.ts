import { accept, refuse, type Parsed } from '../parsed.ts'

/** The written form of a setting's values, and their range. */
export interface Kind<T> {
  /** One word, the placeholder in help texts. */
  readonly name: string
  /** The allowed values, in words. */
  readonly range: string
  /** The allowed numbers, in the unit of the value. */
  readonly bounds?: { readonly min: number; readonly max: number }
  /** The value is a list, separated by commas; its flag may also be repeated. */
  readonly isList?: true
  /** The value is the path of a file, which must have this content when the process starts. */
  readonly content?: FileContent
  parse(text: string): Parsed<T>
  /** The written form, which `parse` turns into the same value. */
  format(value: T): string
}

export interface FileContent {
  /** The expected content, in words. */
  readonly form: string
  isRight(content: Buffer): boolean
}

export function integer(min: number, max: number): Kind<number> {
  return bounded({
    name: 'number',
    form: `a whole number from ${min} to ${max}`,
    min: String(min),
    max: String(max),
    read: (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
    format: String,
  })
}

export interface BoundedOptions {
  readonly name: string
  readonly form: string
  readonly min: string
  readonly max: string
  readonly read: (text: string) => number | undefined
  readonly format: (value: number) => string
}

/** A number between two inclusive bounds. */
export function bounded({ name, form, min, max, read, format }: BoundedOptions): Kind<number> {
  const bounds = { min: read(min) ?? Number.NaN, max: read(max) ?? Number.NaN }
  if (!(bounds.min <= bounds.max)) throw new RangeError(`expected bounds, got ${min} and ${max}`)
  return {
    name,
    range: `${min} to ${max}`,
    bounds,
    parse: (text) => {
      const value = read(text)
      const isAllowed = value !== undefined && value >= bounds.min && value <= bounds.max
      return isAllowed ? accept(value) : refuse(form, text)
    },
    format,
  }
}
