import { findSetting, suggestSetting, variableOf, VARIABLE_PREFIX } from './names.ts'
import type { Environment } from './read-setting.ts'
import type { Setting } from './setting.ts'

/** A warning for each variable with the prefix of Runnel that is not a setting: a typing slip is likely. */
export function warnOfUnknownVariables(env: Environment, settings: readonly Setting[]): string[] {
  return Object.entries(env)
    .filter(([variable, value]) => (value ?? '') !== '' && isUnknown(variable, settings))
    .map(([variable]) => describe(variable, settings))
}

/**
 * Kubernetes sets variables in every container for each Service of its namespace, named after the Service:
 * `RUNNEL_PORT=tcp://10.0.0.1:80` for `runnel`, `RUNNEL_LISTEN_PORT` for `runnel-listen`. The mere existence
 * of a Service would set a setting of such a name.
 */
const INJECTED =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/

export function isInjectedName(variable: string): boolean {
  return INJECTED.test(variable)
}

function isUnknown(variable: string, settings: readonly Setting[]): boolean {
  if (!variable.startsWith(VARIABLE_PREFIX) || isInjectedName(variable)) return false
  const setting = findSetting(settings, variable)
  return setting === undefined || variableOf(setting.name) !== variable
}

function describe(variable: string, settings: readonly Setting[]): string {
  const name = findSetting(settings, variable)?.name ?? suggestSetting(settings, variable)
  const hint = name === undefined ? 'see `runnel explain`' : `did you mean ${variableOf(name)}?`
  return `${variable} is not a setting: ${hint}`
}
