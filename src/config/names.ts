import { findNearest } from './nearest-name.ts'
import { SETTING_NAMES, settingOf, type SettingName } from './settings.ts'

export const VARIABLE_PREFIX = 'RUNNEL_'

/** `RUNNEL_MAX_STREAMS` */
export function variableOf(name: SettingName): string {
  return `${VARIABLE_PREFIX}${name}`
}

/** `--max-streams` */
export function flagOf(name: SettingName): string {
  return `--${optionOf(name)}`
}

/** `maxStreams`: the rule that `ConfigKey` states for the compiler. */
export function configKeyOf(name: SettingName): string {
  return name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** The setting meant by `MAX_STREAMS`, `max-streams`, `RUNNEL_MAX_STREAMS` or `--max-streams`. */
export function findSetting(written: string): SettingName | undefined {
  const bare = toBareName(written)
  return SETTING_NAMES.find((name) => name === bare)
}

/** The setting whose name is so near that the written one is probably a slip. */
export function suggestSetting(written: string): SettingName | undefined {
  return findNearest(toBareName(written), SETTING_NAMES)
}

/** The options of `parseArgs` from `node:util` that let a command take every setting as a flag. */
export function flagOptions(): Record<string, { type: 'string'; multiple: boolean }> {
  return Object.fromEntries(
    SETTING_NAMES.map((name) => [
      optionOf(name),
      { type: 'string', multiple: settingOf(name).kind.isList ?? false },
    ]),
  )
}

/** `max-streams`: the key of a flag in `parseArgs`. */
export function optionOf(name: SettingName): string {
  return name.toLowerCase().replaceAll('_', '-')
}

function toBareName(written: string): string {
  const name = written.replace(/^--/, '').replaceAll('-', '_').toUpperCase()
  return name.startsWith(VARIABLE_PREFIX) ? name.slice(VARIABLE_PREFIX.length) : name
}
