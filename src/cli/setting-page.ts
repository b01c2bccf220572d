import { flagOf, variableOf } from '../config/names.ts'
import { settingOf, type SettingName } from '../config/settings.ts'
import type { EffectiveSetting } from './effective-settings.ts'
import { wrapDoc } from './wrap-doc.ts'

const COLUMNS = 100

/** All that is known about one setting, for a terminal. */
export function settingPage(
  name: SettingName,
  inForce: EffectiveSetting | undefined,
  emphasize: (text: string) => string,
): string {
  const { kind, default: written = '', capacityKey, doc } = settingOf(name)
  const facts = [
    ['flag', `${flagOf(name)} <${kind.name}>`],
    ['range', kind.range],
    ['default', written === '' ? '(none)' : written],
    ['capacity file', capacityKey],
    ['in force', inForce && `${inForce.written} (${inForce.origin})`],
  ] as const
  const lines = facts.flatMap(([label, fact]) =>
    fact === undefined ? [] : [`  ${label.padEnd(13)}  ${fact}`],
  )
  return `${emphasize(variableOf(name))}\n${wrapDoc(doc, COLUMNS, '  ')}\n\n${lines.join('\n')}\n`
}
