import { hasValues, type Config, type Values } from './config-values.ts'
import { configKeyOf, variableOf } from './names.ts'
import { readSetting, type Input, type Readings, type SettingProblem } from './read-setting.ts'
import type { Rule } from './rule.ts'
import type { NameIn, SettingGroups } from './setting.ts'
import type { SettingsTable, TableOf } from './define-table.ts'
import { warnOfUnknownVariables } from './unknown-variables.ts'

export type SettingName<Table extends SettingsTable> = NameIn<Table['groups']>

export type Resolution<Table extends SettingsTable> = Resolved<Table> | Refused<Table>

export interface Resolved<Table extends SettingsTable> {
  readonly kind: 'resolved'
  readonly config: Config<Table>
  readonly readings: Readings<SettingName<Table>>
  /** Sentences for people. A warning does not prevent the start. */
  readonly warnings: readonly string[]
}

/** Holds every problem, so that a bad deployment fails once and not once for each. */
export interface Refused<Table extends SettingsTable> {
  readonly kind: 'refused'
  readonly problems: readonly SettingProblem[]
  readonly readings: Readings<SettingName<Table>>
  readonly warnings: readonly string[]
}

/** The settings of a process: a flag beats a variable, which beats the default. */
export function resolve<Groups extends SettingGroups>(
  table: TableOf<Groups>,
  input: Input,
): Resolution<TableOf<Groups>> {
  const { settings, rules } = table
  const readings = new Map(
    settings.map((setting) => [setting.name, readSetting(setting, input)] as const),
  )
  const { values, problems: broken } = applyRules(rules, collectValues(readings), readings)
  const problems = [...findBadValues(readings), ...broken]
  const warnings = warnOfUnknownVariables(input.env, [
    ...settings,
    ...(input.tables ?? []).flatMap((other) => other.settings),
  ])
  if (problems.length > 0 || !isConfig(table, values)) {
    return { kind: 'refused', problems, readings, warnings }
  }
  return { kind: 'resolved', config: values, readings, warnings }
}

function collectValues(readings: Readings): Values {
  const entries = [...readings].flatMap(([name, { parsed }]) =>
    parsed.ok ? [[configKeyOf(name), parsed.value] as const] : [],
  )
  return Object.fromEntries(entries)
}

function isConfig<Groups extends SettingGroups>(
  { settings }: TableOf<Groups>,
  values: Values,
): values is Values & Config<TableOf<Groups>> {
  return hasValues(
    values,
    settings.map(({ name }) => name),
  )
}

function findBadValues(readings: Readings): SettingProblem[] {
  return [...readings.values()].flatMap(({ source, parsed }) =>
    parsed.ok ? [] : [{ source, message: parsed.problem }],
  )
}

/** The values with the defaults that give way, and a problem for each rule that is broken all the same. */
function applyRules(rules: readonly Rule[], read: Values, readings: Readings) {
  let values = read
  const problems: SettingProblem[] = []
  for (const { blame, check, defaultBeside } of rules) {
    const message = check(values)
    if (message === undefined) continue
    const { origin, source = variableOf(blame) } = readings.get(blame) ?? {}
    const other = origin === 'default' ? defaultBeside(values) : undefined
    if (other === undefined) problems.push({ source, message })
    else values = { ...values, [configKeyOf(blame)]: other }
  }
  return { values: Object.freeze(values), problems }
}
