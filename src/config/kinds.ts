import { formatAddress, parseAddress, type Address } from './address.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { accept, refuse, type Parsed } from './parsed.ts'
import { formatSize, parseSize } from './size.ts'

/** How values of a setting are written, and which of them are allowed. */
export interface Kind<T> {
  /** One word, the placeholder in help texts. */
  readonly name: string
  /** What is allowed, for people. */
  readonly range: string
  /** The same for programs, in the unit of the value. */
  readonly bounds?: { readonly min: number; readonly max: number }
  /** Several values, separated by commas; a flag may also be repeated. */
  readonly isList?: true
  /** The value is the path of a file, which must hold this when a service starts. */
  readonly content?: FileContent
  parse(text: string): Parsed<T>
  /** The written form; `parse` gives the same value for it. */
  format(value: T): string
}

export interface FileContent {
  /** What must stand in it, for people. */
  readonly form: string
  isRight(text: string): boolean
}

/** The value is in milliseconds. */
export function duration(min: string, max: string): Kind<number> {
  const form = `a duration from ${min} to ${max}, written like 250ms, 15s, 5m or 1h`
  return bounded({ name: 'duration', form, min, max, read: parseDuration, format: formatDuration })
}

/** The value is in bytes. */
export function size(min: string, max: string): Kind<number> {
  const form = `a size from ${min} to ${max}, written like 64KiB, 16MiB, 1GiB or a number of bytes`
  return bounded({ name: 'size', form, min, max, read: parseSize, format: formatSize })
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

export function choice<const T extends string>(...choices: readonly T[]): Kind<T> {
  const form = choices.length === 1 ? choices.join('') : `one of ${choices.join(', ')}`
  return {
    name: 'choice',
    range: choices.join(', '),
    parse: (text) => {
      const chosen = choices.find((each) => each === text)
      return chosen === undefined ? refuse(form, text) : accept(chosen)
    },
    format: String,
  }
}

export function address(): Kind<Address> {
  const form =
    'an address such as 127.0.0.1:8080 or [::1]:8080 (0.0.0.0:8080 or [::]:8080 for all interfaces)'
  return {
    name: 'address',
    range: 'host:port, the port from 0 to 65535',
    parse: (text) => {
      const value = parseAddress(text)
      return value === undefined ? refuse(form, text) : accept(value)
    },
    format: formatAddress,
  }
}

export function path(): Kind<string> {
  return {
    name: 'path',
    range: 'a path',
    parse: (text) => (text === '' || text.includes('\0') ? refuse('a path', text) : accept(text)),
    format: String,
  }
}

/** A path of what must be readable at the start. */
export function file(content: FileContent): Kind<string> {
  return { ...path(), range: `the path of a file with ${content.form}`, content }
}

/** `items` names them for people; every one that is wrong is told. */
export function list(
  items: string,
  parseItem: (text: string) => Parsed<string>,
): Kind<readonly string[]> {
  return {
    name: 'list',
    range: `${items}, separated by commas`,
    isList: true,
    parse: (text) => {
      const written = text.split(',').map((item) => item.trim())
      const parsed = written.filter((item) => item !== '').map((item) => parseItem(item))
      const problems = parsed.flatMap((item) => (item.ok ? [] : [item.problem]))
      if (problems.length > 0) return { ok: false, problem: problems.join('; ') }
      return accept([...new Set(parsed.flatMap((item) => (item.ok ? [item.value] : [])))])
    },
    format: (value) => value.join(','),
  }
}

interface BoundedOptions {
  readonly name: string
  readonly form: string
  readonly min: string
  readonly max: string
  readonly read: (text: string) => number | undefined
  readonly format: (value: number) => string
}

function bounded({ name, form, min, max, read, format }: BoundedOptions): Kind<number> {
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
