import { parseArgs } from 'node:util'
import { expect, test } from 'vitest'
import {
  findSetting,
  flagMeantBy,
  flagOf,
  flagOptions,
  optionOf,
  suggestSetting,
  variableOf,
} from './names.ts'
import { SERVE_TABLE } from './serve/serve-table.ts'

const { settings } = SERVE_TABLE

test.for(settings)('$name is found by all its names', ({ name }) => {
  const written = [
    name,
    variableOf(name),
    flagOf(name),
    optionOf(name),
    variableOf(name).toLowerCase(),
  ]

  expect(written.map((each) => findSetting(settings, each)?.name)).toEqual(written.map(() => name))
})

test('a name close to that of a setting gets it as a suggestion, any other name none', () => {
  expect(suggestSetting(settings, '--max-stream')).toBe('MAX_STREAMS')
  expect(suggestSetting(settings, 'RUNNEL_HEARTBEATS')).toBe('HEARTBEAT')
  expect(suggestSetting(settings, 'something-else-entirely')).toBeUndefined()
})

test('a flag is known by what was meant', () => {
  expect(flagMeantBy('--RUNNEL_MAX_STREAM')).toBe('--max-stream')
  expect(flagMeantBy('--runnel-max-streams')).toBe('--max-streams')
  expect(flagMeantBy('--max_streams')).toBe('--max-streams')
  expect(flagMeantBy('-x')).toBe('-x')
})

test('every setting is a flag that takes a value', () => {
  const args = settings.map(({ name }) => `${flagOf(name)}=x`)

  const { values } = parseArgs({ args, options: flagOptions(settings) })

  expect(Object.keys(values)).toEqual(settings.map(({ name }) => optionOf(name)))
})

test('the flag of a list may be repeated', () => {
  const args = ['--hosts', 'a', '--hosts', 'b', '--listen', 'c', '--listen', 'd']

  const { values } = parseArgs({ args, options: flagOptions(settings) })

  expect(values).toEqual({ hosts: ['a', 'b'], listen: 'd' })
})
