import { hasValues, type PartOfConfig, type Values } from './config-values.ts'
import type { NameIn, SettingGroups } from './setting.ts'

/** A condition between settings whose values are right by themselves. */
export interface Rule {
  /** Name of the setting that the problem is about. */
  readonly blame: string
  /** The problem, with the expected and the found value; undefined if the condition holds. */
  readonly check: (values: Values) => string | undefined
  /**
   * The value of that setting which the condition allows, for one that nobody has set: a default gives way to what
   * others are set to. Undefined where it has no such value.
   */
  readonly defaultBeside: (values: Values) => unknown
}

/**
 * A function that makes rules between the settings of these groups. The problem of a rule is about its
 * first setting. A rule is checked only if all its values are right by themselves, so that one wrong value
 * makes one problem.
 */
export function rulesBetween<Groups extends SettingGroups>() {
  return <Name extends NameIn<Groups>>(
    needs: readonly [Name, ...Name[]],
    check: (values: PartOfConfig<Groups, Name>) => string | undefined,
    defaultBeside: (values: PartOfConfig<Groups, Name>) => unknown = () => undefined,
  ): Rule => ({
    blame: needs[0],
    check: (values) => (isPart<Groups, Name>(values, needs) ? check(values) : undefined),
    defaultBeside: (values) =>
      isPart<Groups, Name>(values, needs) ? defaultBeside(values) : undefined,
  })
}

function isPart<Groups extends SettingGroups, Name extends NameIn<Groups>>(
  values: Values,
  names: readonly Name[],
): values is Values & PartOfConfig<Groups, Name> {
  return hasValues(values, names)
}
