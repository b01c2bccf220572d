import { flagOf } from '../config/names.ts'
import { SETTING_GROUPS, settingOf, type SettingName } from '../config/settings.ts'
import { wrapDoc } from './wrap-doc.ts'

const COLUMNS = 100

const PRECEDENCE =
  'Every flag is also a variable: `--max-streams` is `RUNNEL_MAX_STREAMS`. A flag beats its variable, ' +
  'and the capacity file beats both. `runnel explain` prints what is in force and where it comes from.'

/** Every setting as a flag, by group: the part of `runnel serve --help` that the table knows. */
export function settingsHelp(): string {
  const groups = SETTING_GROUPS.map(
    ({ title, names }) => `${title}:\n${names.map((name) => describeFlag(name)).join('\n')}`,
  )
  return `${groups.join('\n\n')}\n\n${wrapDoc(PRECEDENCE, COLUMNS)}\n`
}

function describeFlag(name: SettingName): string {
  const { kind, default: written = '', doc } = settingOf(name)
  const facts = written === '' ? kind.range : `${kind.range}; default ${written}`
  const head = `  ${flagOf(name)} <${kind.name}>`.padEnd(32)
  return `${head} ${facts}\n${wrapDoc(doc, COLUMNS, '      ')}`
}
