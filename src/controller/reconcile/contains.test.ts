import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contains } from './contains.ts'

test('what was asked may have grown, and nothing may be lost or changed', () => {
  const asked = { spec: { min: 1, rules: [{ name: 'a' }, { name: 'b' }] } }

  expect(contains({ ...asked, status: {} }, asked)).toBe(true)
  expect(contains({ spec: { ...asked.spec, max: 2 } }, asked)).toBe(true)
  expect(
    contains({ spec: { ...asked.spec, rules: [{ name: 'a', x: 1 }, { name: 'b' }] } }, asked),
  ).toBe(true)
  expect(contains({ spec: { ...asked.spec, min: 2 } }, asked)).toBe(false)
  expect(contains({ spec: { min: 1 } }, asked)).toBe(false)
  expect(contains({ spec: { ...asked.spec, rules: [{ name: 'a' }] } }, asked)).toBe(false)
  expect(contains({ spec: { ...asked.spec, rules: [{ name: 'b' }, { name: 'a' }] } }, asked)).toBe(
    false,
  )
  expect(contains(undefined, asked)).toBe(false)
  expect(contains({ spec: null }, { spec: {} })).toBe(false)
})

test('every JSON value contains itself', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(contains(structuredClone(value), value)).toBe(true)
    }),
  )
})
