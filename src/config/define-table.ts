import type { Rule } from './rule.ts'
import type { NameIn, Setting, SettingGroups } from './setting.ts'

/**
 * The settings of one command. Parsing, help, `explain`, the types, the capacity file and
 * docs/settings.md are made from it, so that they cannot disagree.
 */
export interface SettingsTable {
  /** The groups by title. */
  readonly groups: SettingGroups
  /** The settings of all groups, in the order of help and docs. */
  readonly settings: readonly Setting[]
  readonly rules: readonly Rule[]
  /** The name of the setting with the path of the capacity file. */
  readonly capacityFile: string | undefined
}

/** A table with the types of its rows. */
export interface TableOf<Groups extends SettingGroups> extends SettingsTable {
  readonly groups: Groups
  readonly settings: readonly Setting<NameIn<Groups>>[]
  readonly capacityFile: NameIn<Groups> | undefined
}

export interface TableOptions<Groups extends SettingGroups> {
  readonly groups: Groups
  readonly rules?: readonly Rule[]
  readonly capacityFile?: NameIn<Groups>
}

/** Throws if two groups have a setting of the same name, since the second would hide the first. */
export function defineTable<const Groups extends SettingGroups>({
  groups,
  rules = [],
  capacityFile,
}: TableOptions<Groups>): TableOf<Groups> {
  const settings = Object.keys(groups).flatMap((title) => settingsIn(groups, title))
  const names = settings.map(({ name }) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new Error(`expected one setting ${repeated}, got two`)
  return { groups, settings, rules, capacityFile }
}

/** The settings of one group. */
export function settingsIn<Groups extends SettingGroups>(
  groups: Groups,
  title: string,
): readonly Setting<NameIn<Groups>>[] {
  return Object.entries(groups[title] ?? {}).flatMap(([name, row]) =>
    isNameIn(groups, name) ? [{ ...row, name }] : [],
  )
}

function isNameIn<Groups extends SettingGroups>(
  groups: Groups,
  name: string,
): name is NameIn<Groups> {
  return Object.values(groups).some((rows) => Object.hasOwn(rows, name))
}
