import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { accept, refuse } from '../parsed.ts'
import { duration } from './duration.ts'
import { integer } from './kind.ts'
import { labelValue } from './kubernetes-name.ts'
import { size } from './size.ts'
import { choice, list, path } from './choices-and-paths.ts'

test('bounds are inclusive, and nothing beyond them is accepted', () => {
  const kind = integer(5, 50)
  fc.assert(
    fc.property(fc.nat({ max: 100 }), (value) => {
      expect(kind.parse(String(value)).ok).toBe(value >= 5 && value <= 50)
    }),
  )
})

test.for(['', '1.0', '1e2', '-1', '+1', '0x10', ' 1', 'ten', '1_0'])('%j is no number', (text) => {
  expect(integer(0, 1000).parse(text)).toEqual({
    ok: false,
    problem: `expected a whole number from 0 to 1000, got ${JSON.stringify(text)}`,
  })
})

test('a duration without a unit is refused with the form it should have', () => {
  expect(duration('50ms', '10m').parse('15')).toEqual({
    ok: false,
    problem: 'expected a duration from 50ms to 10m, written like 250ms, 15s, 5m or 1h, got "15"',
  })
})

test('durations and sizes are bounded in their own forms', () => {
  expect(duration('50ms', '10m').parse('49ms').ok).toBe(false)
  expect(duration('50ms', '10m').parse('600s')).toEqual({ ok: true, value: 600_000 })
  expect(duration('50ms', '10m').parse('11m').ok).toBe(false)
  expect(size('1KiB', '1MiB').parse('1023').ok).toBe(false)
  expect(size('1KiB', '1MiB').parse('1024KiB')).toEqual({ ok: true, value: 1_048_576 })
})

test('bounds that are not values of the kind throw', () => {
  expect(() => duration('1', '10m')).toThrow(RangeError)
  expect(() => size('2KiB', '1KiB')).toThrow(RangeError)
})

test('a choice accepts its words exactly', () => {
  const kind = choice('warn', 'error')

  expect(kind.parse('warn')).toEqual({ ok: true, value: 'warn' })
  expect(kind.parse('WARN')).toEqual({
    ok: false,
    problem: 'expected one of warn, error, got "WARN"',
  })
})

test('a path is any text but the empty one', () => {
  expect(path().parse('a b/c')).toEqual({ ok: true, value: 'a b/c' })
  expect(path().parse('')).toMatchObject({ ok: false })
  expect(path().parse('a\0b')).toMatchObject({ ok: false })
})

const letters = list('letters', (item) =>
  /^[a-z]$/.test(item) ? accept(item) : refuse('a letter', item),
)

test('a list leaves out blanks, empty items and repetitions', () => {
  expect(letters.parse(' a, b,,a ,')).toEqual({ ok: true, value: ['a', 'b'] })
  expect(letters.parse('')).toEqual({ ok: true, value: [] })
})

test('the problem of a list names every wrong item', () => {
  expect(letters.parse('a,1,b,2')).toEqual({
    ok: false,
    problem: 'expected a letter, got "1"; expected a letter, got "2"',
  })
})

test('a value is quoted on one line of bounded length', () => {
  const parsed = integer(0, 1).parse(`\u0000\n${'x'.repeat(10_000)}`)

  expect(parsed).toMatchObject({ ok: false, problem: expect.stringMatching(/^[^\n\0]{1,200}$/) })
})

test('the value of a label may have upper-case letters, and ends at 63 characters', () => {
  const kind = labelValue('a label')

  expect(kind.parse('newsFeed_2.a')).toEqual({ ok: true, value: 'newsFeed_2.a' })
  expect(kind.parse('a'.repeat(63)).ok).toBe(true)
  for (const text of ['', '-a', 'a-', 'a b', 'a/b', 'a'.repeat(64)]) {
    expect(kind.parse(text)).toMatchObject({ ok: false })
  }
})
