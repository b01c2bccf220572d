import { expect, expectTypeOf, test } from 'vitest'
import type { Address } from './address.ts'
import { ACCESS_SETTINGS } from './access-settings.ts'
import { CAPACITY_SETTINGS } from './capacity-settings.ts'
import type { Config } from './config.ts'
import { HISTORY_SETTINGS } from './history-settings.ts'
import { LISTENER_SETTINGS } from './listener-settings.ts'
import { REQUEST_SETTINGS } from './request-settings.ts'
import { SETTING_NAMES, settingOf } from './settings.ts'
import { STREAM_SETTINGS } from './stream-settings.ts'

const LONGEST_TIMER = 2 ** 31 - 1

const NAMES_WITH_DEFAULT = SETTING_NAMES.filter((name) => settingOf(name).default !== undefined)

test.for(NAMES_WITH_DEFAULT)('the default of %s is a value in its shortest form', (name) => {
  const { kind, default: written = '' } = settingOf(name)
  const parsed = kind.parse(written)

  expect(parsed.ok && kind.format(parsed.value)).toBe(written)
})

test.for(SETTING_NAMES)('%s is documented in one paragraph', (name) => {
  expect(settingOf(name).doc).toMatch(/^[A-Z].*\.$/)
  expect(settingOf(name).doc).not.toMatch(/ {2}/)
})

test('no duration is longer than a timer of Node can wait', () => {
  const longest = SETTING_NAMES.filter((name) => settingOf(name).kind.name === 'duration').map(
    (name) => settingOf(name).kind.bounds?.max ?? Number.NaN,
  )

  expect(longest.length).toBeGreaterThan(5)
  expect(Math.max(...longest)).toBeLessThanOrEqual(LONGEST_TIMER)
})

test('no group has a setting of another', () => {
  const groups = [
    LISTENER_SETTINGS,
    ACCESS_SETTINGS,
    CAPACITY_SETTINGS,
    STREAM_SETTINGS,
    HISTORY_SETTINGS,
    REQUEST_SETTINGS,
  ]
  const names = groups.flatMap((group) => Object.keys(group))

  expect(new Set(names).size).toBe(names.length)
  expect(SETTING_NAMES).toEqual(expect.arrayContaining(names))
})

test('the type of a config comes from the table', () => {
  expectTypeOf<Config['listen']>().toEqualTypeOf<Address>()
  expectTypeOf<Config['maxStreams']>().toEqualTypeOf<number>()
  expectTypeOf<Config['maxHeaderBytes']>().toEqualTypeOf<number>()
  expectTypeOf<Config['hosts']>().toEqualTypeOf<readonly string[]>()
  expectTypeOf<Config['auth']>().toEqualTypeOf<'none' | undefined>()
  expectTypeOf<Config['capacityFile']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Config['logLevel']>().toEqualTypeOf<
    'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  >()
})
