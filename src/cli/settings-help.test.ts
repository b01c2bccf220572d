import { expect, test } from 'vitest'
import { flagOf } from '../config/names.ts'
import { SERVE_TABLE } from '../config/serve/serve-table.ts'
import { settingsHelp } from './settings-help.ts'

test.for(SERVE_TABLE.settings)('$name has its flag, range and default in the help', (setting) => {
  const { name, kind, default: written = '' } = setting
  const line = settingsHelp(SERVE_TABLE)
    .split('\n')
    .find((each) => each.startsWith(`  ${flagOf(name)} <`))

  expect(line).toContain(kind.range)
  expect(line).toContain(written)
})

test('the help fits a terminal of 100 columns', () => {
  const lines = settingsHelp(SERVE_TABLE).split('\n')

  expect(lines.filter((line) => line.length > 100)).toEqual([])
})
