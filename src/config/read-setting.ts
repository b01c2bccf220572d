import { flagOf, optionOf, variableOf } from './names.ts'
import { accept, type Parsed } from './parsed.ts'
import type { Setting } from './setting.ts'
import type { SettingsTable } from './define-table.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The `values` that `parseArgs` returns. Keys that are not settings belong to the command and are ignored. */
export type Flags = Readonly<Record<string, FlagValue | readonly FlagValue[] | undefined>>
type FlagValue = string | boolean

export interface Input {
  readonly env: Environment
  readonly flags?: Flags
  /** Tables of other commands. Containers may share an environment, so their variables are not unknown. */
  readonly tables?: readonly SettingsTable[]
}

/** The source of a value. */
export type Origin = 'default' | 'variable' | 'flag'

export interface Reading {
  readonly origin: Origin
  /** Name of the variable or flag, for messages. */
  readonly source: string
  readonly parsed: Parsed<unknown>
}

export type Readings<Name extends string = string> = ReadonlyMap<Name, Reading>

export interface SettingProblem {
  /** Name of the variable or flag with the wrong value. */
  readonly source: string
  /** The expected and the found value, and how to mend it unless that is plain. */
  readonly message: string
}

/** One line for people: `RUNNEL_RETRY: expected a duration …, got "3"`. */
export function formatProblem({ source, message }: SettingProblem): string {
  return `${source}: ${message}`
}

/** Reads a setting from its flag, else its variable, else its default. */
export function readSetting(setting: Setting, { env, flags = {} }: Input): Reading {
  const { name, kind, default: written } = setting
  const flag = toText(flags[optionOf(name)])
  if (flag !== undefined) {
    return { origin: 'flag', source: flagOf(name), parsed: kind.parse(flag.trim()) }
  }
  const source = variableOf(name)
  // Manifests and compose files can only empty a variable, not unset it.
  const variable = env[source]?.trim() ?? ''
  if (variable !== '') return { origin: 'variable', source, parsed: kind.parse(variable) }
  const parsed = written === undefined ? accept(undefined) : kind.parse(written)
  return { origin: 'default', source, parsed }
}

function toText(flag: Flags[string]): string | undefined {
  if (flag === undefined) return undefined
  // A repeated flag adds to a list.
  return typeof flag === 'object' ? flag.join(',') : String(flag)
}
