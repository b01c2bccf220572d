import { expect, test } from 'vitest'
import { flagOf } from '../config/names.ts'
import { SETTING_NAMES, settingOf } from '../config/settings.ts'
import { settingsHelp } from './help.ts'

test.for(SETTING_NAMES)('%s has its flag, range and default in the help', (name) => {
  const { kind, default: written = '' } = settingOf(name)
  const line = settingsHelp()
    .split('\n')
    .find((each) => each.startsWith(`  ${flagOf(name)} <`))

  expect(line).toContain(kind.range)
  expect(line).toContain(written)
})

test('the help fits a terminal of 100 columns', () => {
  const lines = settingsHelp().split('\n')

  expect(lines.filter((line) => line.length > 100)).toEqual([])
})
