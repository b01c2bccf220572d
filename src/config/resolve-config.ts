import { hasValues, type Config, type Values } from './config.ts'
import { configKeyOf } from './names.ts'
import { readSetting, type Input, type Readings } from './read-setting.ts'
import { checkRules } from './rules.ts'
import type { SettingProblem } from './setting-problem.ts'
import { SETTING_NAMES } from './settings.ts'
import { warnOfUnknownVariables } from './unknown-variables.ts'

export type Resolution = Resolved | Refused

export interface Resolved {
  readonly kind: 'resolved'
  readonly config: Config
  readonly readings: Readings
  /** Sentences for the log; none of them is a reason to stop. */
  readonly warnings: readonly string[]
}

/** Every problem at once, so that a bad deployment fails once and not once for each. */
export interface Refused {
  readonly kind: 'refused'
  readonly problems: readonly SettingProblem[]
  readonly readings: Readings
  readonly warnings: readonly string[]
}

/** The settings of a process: a flag beats a variable, which beats the default. */
export function resolveConfig(input: Input): Resolution {
  const readings = new Map(SETTING_NAMES.map((name) => [name, readSetting(name, input)]))
  const values = collectValues(readings)
  const problems = [...findBadValues(readings), ...checkRules(values, readings)]
  const warnings = warnOfUnknownVariables(input.env)
  if (problems.length > 0 || !hasValues(values, SETTING_NAMES)) {
    return { kind: 'refused', problems, readings, warnings }
  }
  return { kind: 'resolved', config: values, readings, warnings }
}

function collectValues(readings: Readings): Values {
  const entries = [...readings].flatMap(([name, { parsed }]) =>
    parsed.ok ? [[configKeyOf(name), parsed.value] as const] : [],
  )
  return Object.freeze(Object.fromEntries(entries))
}

function findBadValues(readings: Readings): SettingProblem[] {
  return [...readings.values()].flatMap(({ source, parsed }) =>
    parsed.ok ? [] : [{ source, message: parsed.problem }],
  )
}
