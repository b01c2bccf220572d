/**
 * The one table of settings. Parsing, help, `explain`, the `Config` type and docs/settings.md are made
 * from it, so none of them can disagree.
 */
import { ACCESS_SETTINGS } from './access-settings.ts'
import { CAPACITY_SETTINGS } from './capacity-settings.ts'
import { HISTORY_SETTINGS } from './history-settings.ts'
import { choice } from './kinds.ts'
import { LISTENER_SETTINGS } from './listener-settings.ts'
import { REDIS_SETTINGS } from './redis-settings.ts'
import { REQUEST_SETTINGS } from './request-settings.ts'
import type { Setting } from './setting.ts'
import { STREAM_SETTINGS } from './stream-settings.ts'

const OPERATION_SETTINGS = {
  LOG_LEVEL: {
    kind: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    doc: 'Lowest level of log lines that are written. `silent` writes none.',
  },
} as const satisfies Record<string, Setting>

export const SETTINGS = {
  ...LISTENER_SETTINGS,
  ...ACCESS_SETTINGS,
  ...CAPACITY_SETTINGS,
  ...STREAM_SETTINGS,
  ...HISTORY_SETTINGS,
  ...REDIS_SETTINGS,
  ...REQUEST_SETTINGS,
  ...OPERATION_SETTINGS,
} as const

/** A name as the table has it, without the prefix of variables: `MAX_STREAMS`. */
export type SettingName = keyof typeof SETTINGS

export interface SettingGroup {
  readonly title: string
  readonly names: readonly SettingName[]
}

export const SETTING_GROUPS: readonly SettingGroup[] = [
  { title: 'Listeners', names: namesOf(LISTENER_SETTINGS) },
  { title: 'Access', names: namesOf(ACCESS_SETTINGS) },
  { title: 'Capacity', names: namesOf(CAPACITY_SETTINGS) },
  { title: 'Streams', names: namesOf(STREAM_SETTINGS) },
  { title: 'History', names: namesOf(HISTORY_SETTINGS) },
  { title: 'Redis', names: namesOf(REDIS_SETTINGS) },
  { title: 'Requests', names: namesOf(REQUEST_SETTINGS) },
  { title: 'Operation', names: namesOf(OPERATION_SETTINGS) },
]

export const SETTING_NAMES: readonly SettingName[] = SETTING_GROUPS.flatMap(({ names }) => names)

/** A row without the types of its own value. */
export function settingOf(name: SettingName): Setting {
  return SETTINGS[name]
}

function namesOf(settings: Readonly<Record<string, Setting>>): SettingName[] {
  return Object.keys(settings).filter((key) => isSettingName(key))
}

function isSettingName(key: string): key is SettingName {
  return Object.hasOwn(SETTINGS, key)
}
