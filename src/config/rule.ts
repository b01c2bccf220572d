import { hasValues, type PartOfConfig, type Values } from './config.ts'
import type { NameIn, SettingGroups } from './setting.ts'

/** A condition between settings, for values that are right by themselves. */
export interface Rule {
  /** The setting at fault where it fails. */
  readonly blame: string
  /** What was expected and what was found, if it fails. */
  readonly check: (values: Values) => string | undefined
}

/**
 * A function that makes rules between the settings of these groups. The first setting that a rule needs
 * is the one to blame. A rule is asked only where every value it needs is right: one slip makes one
 * problem.
 */
export function rulesBetween<Groups extends SettingGroups>() {
  return <Name extends NameIn<Groups>>(
    needs: readonly [Name, ...Name[]],
    check: (values: PartOfConfig<Groups, Name>) => string | undefined,
  ): Rule => ({
    blame: needs[0],
    check: (values) => (isPart<Groups, Name>(values, needs) ? check(values) : undefined),
  })
}

function isPart<Groups extends SettingGroups, Name extends NameIn<Groups>>(
  values: Values,
  names: readonly Name[],
): values is Values & PartOfConfig<Groups, Name> {
  return hasValues(values, names)
}
