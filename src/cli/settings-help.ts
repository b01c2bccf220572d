/** Help texts for the settings of a table: a list of all flags, or the page of one setting. */
import { liveSettings } from '../config/capacity-file.ts'
import { flagOf, variableOf } from '../config/names.ts'
import type { Setting } from '../config/setting.ts'
import { settingsIn, type SettingsTable } from '../config/define-table.ts'
import type { EffectiveSetting } from './effective-settings.ts'
import { wrapDoc } from './wrap-doc.ts'

const COLUMNS = 100

/** The part of a command's `--help` about its settings: every flag, by group. */
export function settingsHelp(table: SettingsTable): string {
  const groups = Object.keys(table.groups).map((title) => {
    const settings = settingsIn(table.groups, title)
    return `${title}:\n${settings.map((setting) => describeFlag(setting)).join('\n')}`
  })
  return `${groups.join('\n\n')}\n\n${wrapDoc(describePrecedence(table), COLUMNS)}\n`
}

/** The whole documentation of one setting. */
export function settingPage(
  { name, kind, default: written = '', live, doc }: Setting,
  inForce: EffectiveSetting | undefined,
  emphasize: (text: string) => string,
): string {
  const facts = [
    ['flag', `${flagOf(name)} <${kind.name}>`],
    ['range', kind.range],
    ['default', written === '' ? '(none)' : written],
    ['capacity file', live],
    ['in force', inForce && `${inForce.written} (${inForce.origin})`],
  ] as const
  const lines = facts.flatMap(([label, fact]) =>
    fact === undefined ? [] : [`  ${label.padEnd(13)}  ${fact}`],
  )
  return `${emphasize(variableOf(name))}\n${wrapDoc(doc, COLUMNS, '  ')}\n\n${lines.join('\n')}\n`
}

function describeFlag({ name, kind, default: written = '', doc }: Setting): string {
  const facts = written === '' ? kind.range : `${kind.range}; default ${written}`
  const head = `  ${flagOf(name)} <${kind.name}>`.padEnd(32)
  return `${head} ${facts}\n${wrapDoc(doc, COLUMNS, '      ')}`
}

function describePrecedence(table: SettingsTable): string {
  const [live] = liveSettings(table)
  // The example is a live setting if there is one, so that the clause about the file is true of it.
  const name = live?.name ?? table.settings[0]?.name ?? ''
  const file = live === undefined ? '' : ', and the capacity file beats both'
  return (
    `Every flag is also a variable: \`${flagOf(name)}\` is \`${variableOf(name)}\`. A flag beats its ` +
    `variable${file}. \`runnel explain\` prints what is in force and where it comes from.`
  )
}
