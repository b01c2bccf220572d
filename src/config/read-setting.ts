import { flagOf, optionOf, variableOf } from './names.ts'
import { accept, type Parsed } from './parsed.ts'
import { settingOf, type SettingName } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The `values` that `parseArgs` returns for `flagOptions()`; other keys are none of our business. */
export type Flags = Readonly<Record<string, FlagValue | readonly FlagValue[] | undefined>>
type FlagValue = string | boolean

export interface Input {
  readonly env: Environment
  readonly flags?: Flags
}

/** Which of the three ways to write a setting was used. */
export type Origin = 'default' | 'variable' | 'flag'

export interface Reading {
  readonly origin: Origin
  /** The variable or the flag, for messages. */
  readonly source: string
  readonly parsed: Parsed<unknown>
}

export type Readings = ReadonlyMap<SettingName, Reading>

/** One setting: its flag, else its variable, else its default. */
export function readSetting(name: SettingName, { env, flags = {} }: Input): Reading {
  const { kind, default: written } = settingOf(name)
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
