import { flagOf, optionOf, variableOf } from './names.ts'
import { accept, type Parsed } from './parsed.ts'
import type { Setting } from './setting.ts'
import type { SettingsTable } from './table.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The `values` that `parseArgs` returns for `flagOptions`; keys of no setting are left to the command. */
export type Flags = Readonly<Record<string, FlagValue | readonly FlagValue[] | undefined>>
type FlagValue = string | boolean

export interface Input {
  readonly env: Environment
  readonly flags?: Flags
  /** Tables of other commands. Containers may share an environment, so their variables are no slips. */
  readonly tables?: readonly SettingsTable[]
}

/** Which of the three ways to write a setting was used. */
export type Origin = 'default' | 'variable' | 'flag'

export interface Reading {
  readonly origin: Origin
  /** The variable or the flag, for messages. */
  readonly source: string
  readonly parsed: Parsed<unknown>
}

export type Readings<Name extends string = string> = ReadonlyMap<Name, Reading>

export interface SettingProblem {
  /** The variable or flag at fault. */
  readonly source: string
  /** What was expected, what was found, and what to do if that is not plain. */
  readonly message: string
}

/** One line for people: `RUNNEL_RETRY: expected a duration …, got "3"`. */
export function formatProblem({ source, message }: SettingProblem): string {
  return `${source}: ${message}`
}

/** One setting: its flag, else its variable, else its default. */
export function readSetting(setting: Setting, { env, flags = {} }: Input): Reading {
  const { name, kind, default: written } = setting
  const flag = toText(flags[optionOf(name)])
  if (flag !== undefined) {
    return { origin: 'flag', source: flagOf(name), parsed: kind.parse(flag.trim()) }
  }
  const source = variableOf(name)
  // Manifests and compose files have no other way to leave a variable out than to leave it empty.
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
