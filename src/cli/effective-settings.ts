import { LONGEST_CAPACITY_FILE, parseCapacityFile } from '../config/capacity-file.ts'
import { valueOf, type Values } from '../config/config-values.ts'
import { load } from '../config/load.ts'
import { readTextFile } from '../config/read-text-file.ts'
import type { Input, Origin, SettingProblem } from '../config/read-setting.ts'
import type { Setting } from '../config/setting.ts'
import type { SettingsTable } from '../config/define-table.ts'

export interface EffectiveSetting {
  readonly name: string
  /** The value in its written form. */
  readonly written: string
  readonly origin: Origin | 'capacity file'
}

export interface EffectiveSettings {
  /** Empty if there are problems: the command would not start, so nothing is in force. */
  readonly settings: readonly EffectiveSetting[]
  readonly problems: readonly SettingProblem[]
  readonly warnings: readonly string[]
}

/** The settings that a command would start with now, the capacity file included. */
export async function findEffectiveSettings(
  table: SettingsTable,
  input: Input,
): Promise<EffectiveSettings> {
  const resolution = await load(table, input)
  const { kind, warnings } = resolution
  if (kind === 'refused') return { settings: [], problems: resolution.problems, warnings }
  const { config, readings } = resolution
  const { file, problem } = await readCapacityFile(table, config)
  return {
    settings: table.settings.map((setting) => {
      const inFile = valueOf(file, setting.name)
      if (inFile !== undefined) return describe(setting, inFile, 'capacity file')
      const { origin = 'default' } = readings.get(setting.name) ?? {}
      return describe(setting, valueOf(config, setting.name), origin)
    }),
    problems: [],
    warnings: problem === undefined ? warnings : [...warnings, problem],
  }
}

async function readCapacityFile(
  table: SettingsTable,
  config: Values,
): Promise<{ readonly file: Values; readonly problem?: string }> {
  const path = table.capacityFile === undefined ? undefined : valueOf(config, table.capacityFile)
  if (typeof path !== 'string') return { file: {} }
  const found = await readTextFile(path, LONGEST_CAPACITY_FILE)
  if (found.kind === 'absent') return { file: {} }
  if (found.kind === 'unreadable')
    return { file: {}, problem: describeRefusal(path, found.problem) }
  const parsed = parseCapacityFile(table, found.text)
  if (parsed.ok) return { file: parsed.value }
  return { file: {}, problem: describeRefusal(path, parsed.problem) }
}

function describeRefusal(path: string, problem: string): string {
  return `the capacity file ${path} is invalid and not in force: ${problem}`
}

function describe(
  { name, kind }: Setting,
  value: unknown,
  origin: EffectiveSetting['origin'],
): EffectiveSetting {
  const written = value === undefined ? '' : kind.format(value)
  return { name, written: written === '' ? '(none)' : written, origin }
}
