import { isInjectedName } from './injected-name.ts'
import { findSetting, suggestSetting, variableOf, VARIABLE_PREFIX } from './names.ts'
import type { Environment } from './read-setting.ts'

/** A sentence for each variable with our prefix that no setting reads: most likely a typing slip. */
export function warnOfUnknownVariables(env: Environment): string[] {
  return Object.entries(env)
    .filter(([variable, value]) => value !== undefined && value !== '' && isUnknown(variable))
    .map(([variable]) => describe(variable))
}

function isUnknown(variable: string): boolean {
  if (!variable.startsWith(VARIABLE_PREFIX) || isInjectedName(variable)) return false
  const name = findSetting(variable)
  return name === undefined || variableOf(name) !== variable
}

function describe(variable: string): string {
  const name = findSetting(variable) ?? suggestSetting(variable)
  const hint = name === undefined ? 'see `runnel explain`' : `did you mean ${variableOf(name)}?`
  return `${variable} is not a setting: ${hint}`
}
