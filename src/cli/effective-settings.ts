import { LONGEST_CAPACITY_FILE, parseCapacityFile } from '../config/capacity-file.ts'
import { valueOf, type Config } from '../config/config.ts'
import type { CapacityFile } from '../config/live-settings.ts'
import { loadConfig } from '../config/load-config.ts'
import { configKeyOf } from '../config/names.ts'
import type { Input, Origin } from '../config/read-setting.ts'
import { readTextFile } from '../config/read-text-file.ts'
import type { SettingProblem } from '../config/setting-problem.ts'
import { SETTING_NAMES, settingOf, type SettingName } from '../config/settings.ts'

export interface EffectiveSetting {
  readonly name: SettingName
  /** The value in its written form. */
  readonly written: string
  readonly origin: Origin | 'capacity file'
}

export interface EffectiveSettings {
  /** Empty if there are problems: a service would not start, so nothing is in force. */
  readonly settings: readonly EffectiveSetting[]
  readonly problems: readonly SettingProblem[]
  readonly warnings: readonly string[]
}

/** What a service would run with that is started now, with the capacity file as it is now. */
export async function findEffectiveSettings(input: Input): Promise<EffectiveSettings> {
  const resolution = await loadConfig(input)
  const { kind, warnings } = resolution
  if (kind === 'refused') return { settings: [], problems: resolution.problems, warnings }
  const { config, readings } = resolution
  const { file, problem } = await readCapacityFile(config.capacityFile)
  return {
    settings: SETTING_NAMES.map((name) => {
      const inFile = valueInFile(file, name)
      if (inFile !== undefined) return describe(name, inFile, 'capacity file')
      return describe(name, valueOf(config, name), readings.get(name)?.origin ?? 'default')
    }),
    problems: [],
    warnings: problem === undefined ? warnings : [...warnings, problem],
  }
}

async function readCapacityFile(
  path: Config['capacityFile'],
): Promise<{ readonly file: CapacityFile; readonly problem?: string }> {
  const found = path === undefined ? undefined : await readTextFile(path, LONGEST_CAPACITY_FILE)
  if (found === undefined || found.kind === 'absent') return { file: {} }
  if (found.kind === 'unreadable') return { file: {}, problem: refusal(found.problem) }
  const parsed = parseCapacityFile(found.text)
  return parsed.ok ? { file: parsed.value } : { file: {}, problem: refusal(parsed.problem) }

  function refusal(problem: string): string {
    return `the capacity file ${path} is invalid and not in force: ${problem}`
  }
}

function valueInFile(file: CapacityFile, name: SettingName): unknown {
  const values: Readonly<Record<string, unknown>> = file
  return values[configKeyOf(name)]
}

function describe(
  name: SettingName,
  value: unknown,
  origin: EffectiveSetting['origin'],
): EffectiveSetting {
  const written = value === undefined ? '' : settingOf(name).kind.format(value)
  return { name, written: written === '' ? '(none)' : written, origin }
}
