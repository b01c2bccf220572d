import { expect, expectTypeOf, test } from 'vitest'
import { liveSettings } from '../capacity-file.ts'
import type { LiveConfig } from '../config-values.ts'
import type { Address } from '../kinds/address.ts'
import { defineTable } from '../define-table.ts'
import { SERVE_GROUPS } from './groups.ts'
import { SERVE_TABLE, type ServeConfig } from './serve-table.ts'

const LONGEST_TIMER = 2 ** 31 - 1

const { settings } = SERVE_TABLE
const WITH_DEFAULT = settings.filter((setting) => setting.default !== undefined)

test.for(WITH_DEFAULT)('the default of $name is a value in its shortest form', (setting) => {
  const { kind, default: written = '' } = setting
  const parsed = kind.parse(written)

  expect(parsed.ok && kind.format(parsed.value)).toBe(written)
})

test.for(settings)('$name is documented in one paragraph', ({ doc }) => {
  expect(doc).toMatch(/^[A-Z].*\.$/)
  expect(doc).not.toMatch(/ {2}/)
})

test('no duration is longer than a timer of Node can wait', () => {
  const longest = settings
    .filter(({ kind }) => kind.name === 'duration')
    .map(({ kind }) => kind.bounds?.max ?? Number.NaN)

  expect(longest.length).toBeGreaterThan(5)
  expect(Math.max(...longest)).toBeLessThanOrEqual(LONGEST_TIMER)
})

test('no group has a setting of another', () => {
  const names = Object.values(SERVE_GROUPS).flatMap((group) => Object.keys(group))

  expect(new Set(names).size).toBe(names.length)
  expect(settings.map(({ name }) => name)).toEqual(names)
  expect(() => defineTable({ groups: { ...SERVE_GROUPS, Again: SERVE_GROUPS.Operation } })).toThrow(
    'expected one setting LOG_LEVEL, got two',
  )
})

test('no two settings have the same key in the capacity file', () => {
  const keys = liveSettings(SERVE_TABLE).map(({ live }) => live)

  expect(new Set(keys).size).toBe(keys.length)
})

test('the type of a config comes from the table', () => {
  expectTypeOf<ServeConfig['listen']>().toEqualTypeOf<Address>()
  expectTypeOf<ServeConfig['maxStreams']>().toEqualTypeOf<number>()
  expectTypeOf<ServeConfig['maxHeaderBytes']>().toEqualTypeOf<number>()
  expectTypeOf<ServeConfig['hosts']>().toEqualTypeOf<readonly string[]>()
  expectTypeOf<ServeConfig['auth']>().toEqualTypeOf<'none' | undefined>()
  expectTypeOf<ServeConfig['capacityFile']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<ServeConfig['logLevel']>().toEqualTypeOf<
    'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  >()
})

test('the type of a capacity file comes from the table', () => {
  expectTypeOf<LiveConfig<typeof SERVE_TABLE>>().toEqualTypeOf<{
    readonly maxStreams?: number
    readonly perPrincipal?: number
    readonly maxAge?: number
    readonly heartbeat?: number
    readonly retry?: number
    readonly historyEvents?: number
    readonly historyAge?: number
    readonly drainWindow?: number
  }>()
})
