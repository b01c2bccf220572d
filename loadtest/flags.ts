import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { unknownFlag } from '../src/lib/parse-flags.ts'
import { withoutCredentials } from '../src/lib/without-credentials.ts'

/**
 * The flags of a command line, which collects what is wrong with them instead of failing at the first mistake. Values
 * are repeated as URLs are, without what may be secret: one may have got behind the wrong flag.
 */
export class Flags {
  readonly problems: string[] = []
  readonly positionals: readonly string[]
  readonly #values = new Map<string, string[]>()
  readonly #given = new Set<string>()

  constructor(args: readonly string[], options: ParseArgsOptionsConfig) {
    const { tokens } = parseArgs({
      args: [...args],
      options,
      strict: false,
      allowPositionals: true,
      tokens: true,
    })
    for (const token of tokens) {
      if (token.kind !== 'option') continue
      const { name, rawName, value } = token
      const option = options[name]
      if (option === undefined) this.problems.push(unknownFlag(rawName, options))
      else if (option.type === 'boolean') this.#addSwitch(name, value)
      else if (value === undefined || value === '')
        this.problems.push(`expected a value after ${rawName}`)
      else this.#add(name, value, option.multiple === true)
    }
    // What stands behind an unknown flag may be its value, such as a header, and is never repeated.
    this.positionals = tokens.flatMap((token, at) => {
      const before = tokens[at - 1]
      const isValue = before?.kind === 'option' && !Object.hasOwn(options, before.name)
      return token.kind === 'positional' && !isValue ? [token.value] : []
    })
  }

  isOn(name: string): boolean {
    return this.#given.has(name)
  }

  text(name: string): string | undefined {
    return this.#values.get(name)?.[0]
  }

  texts(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  oneOf<T extends string>(name: string, known: readonly T[]): T | undefined {
    const text = this.text(name)
    const found = known.find((each) => each === text)
    if (text !== undefined && found === undefined) {
      this.problems.push(
        `expected one of ${known.join(', ')} for --${name}, got ${withoutCredentials(text)}`,
      )
    }
    return found
  }

  number(name: string, least: number, most: number, isWhole = true): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
    if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value
    const form = isWhole ? 'a whole number' : 'a number'
    this.problems.push(
      `expected ${form} from ${least} to ${most} for --${name}, got ${withoutCredentials(text)}`,
    )
    return undefined
  }

  /** An http or https URL, without a slash at its end; paths are put behind it. */
  url(name: string): string | undefined {
    return this.urls(name)[0]
  }

  urls(name: string): readonly string[] {
    return this.texts(name).flatMap((text) => {
      const url = URL.parse(text)
      const form = `expected a URL such as http://127.0.0.1:8080 for --${name}`
      const header = name === 'admin-url' ? '--admin-header' : '--header'
      if (url === null || !/^https?:$/.test(url.protocol)) {
        this.problems.push(`${form}, got ${withoutCredentials(text)}`)
      } else if (url.username + url.password !== '') {
        this.problems.push(`expected --${name} without credentials: give them with ${header}`)
      } else if (url.search + url.hash !== '') {
        this.problems.push(
          `${form}, without a query, got ${withoutCredentials(text)}: give credentials with ${header}`,
        )
      } else return url.href.replace(/\/+$/, '')
      return []
    })
  }

  #addSwitch(name: string, value: string | undefined): void {
    if (value !== undefined) {
      this.problems.push(`expected no value for --${name}, got ${withoutCredentials(value)}`)
    }
    this.#given.add(name)
  }

  #add(name: string, value: string, isMultiple: boolean): void {
    const values = this.#values.get(name) ?? []
    if (values.length > 0 && !isMultiple) this.problems.push(`expected --${name} once`)
    this.#values.set(name, [...values, value])
  }
}
