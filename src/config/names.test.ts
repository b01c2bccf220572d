import { parseArgs } from 'node:util'
import { expect, test } from 'vitest'
import { findSetting, flagOf, flagOptions, optionOf, suggestSetting, variableOf } from './names.ts'
import { SETTING_NAMES } from './settings.ts'

test.for(SETTING_NAMES)('%s is found by all its names', (name) => {
  const written = [
    name,
    variableOf(name),
    flagOf(name),
    optionOf(name),
    variableOf(name).toLowerCase(),
  ]

  expect(written.map((each) => findSetting(each))).toEqual(written.map(() => name))
})

test('a name that is near leads to the setting, one that is not leads nowhere', () => {
  expect(suggestSetting('--max-stream')).toBe('MAX_STREAMS')
  expect(suggestSetting('RUNNEL_HEARTBEATS')).toBe('HEARTBEAT')
  expect(suggestSetting('something-else-entirely')).toBeUndefined()
})

test('every setting is a flag that takes a value', () => {
  const args = SETTING_NAMES.map((name) => `${flagOf(name)}=x`)

  const { values } = parseArgs({ args, options: flagOptions() })

  expect(Object.keys(values)).toEqual(SETTING_NAMES.map((name) => optionOf(name)))
})

test('the flag of a list may be repeated', () => {
  const args = ['--hosts', 'a', '--hosts', 'b', '--listen', 'c', '--listen', 'd']

  const { values } = parseArgs({ args, options: flagOptions() })

  expect(values).toEqual({ hosts: ['a', 'b'], listen: 'd' })
})
