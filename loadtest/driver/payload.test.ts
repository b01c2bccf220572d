import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkPayloadOptions, PayloadReader, UNTIMED, writePayload } from './payload.ts'

const stamp = fc.record({
  due: fc.integer({ min: 1, max: 2 ** 45 }),
  number: fc.integer({ min: 1, max: 2 ** 30 }),
  bytes: fc.integer({ min: 1, max: 300 }),
  mark: fc.constantFrom('', UNTIMED),
})
const CHANGES = ['0', '1', '7', 'z', '.', '#', UNTIMED]

test('a payload is read as it was written, and has the wanted size if the stamp leaves room', () => {
  const reader = new PayloadReader('run1')
  fc.assert(
    fc.property(stamp, ({ due, number, bytes, mark }) => {
      const data = writePayload('run1', due, number, bytes, mark)
      expect(reader.read(data)).toBe('own')
      expect([reader.due, reader.number]).toEqual([due, number])
      expect(reader.isUntimed).toBe(mark === UNTIMED)
      expect(data.length).toBe(Math.max(bytes, `run1.${mark}${due}.${number}.`.length + 1))
    }),
  )
})

test('changed, cut and lengthened data of this run is damaged', () => {
  const reader = new PayloadReader('run1')
  fc.assert(
    fc.property(stamp, fc.nat(), fc.constantFrom(...CHANGES), (written, at, to) => {
      const { due, number, mark } = written
      const data = writePayload('run1', due, number, 120, mark)
      const index = 5 + (at % (data.length - 5))
      const changed = data.slice(0, index) + to + data.slice(index + 1)
      // Data that lacks a whole period of the filler is the one that is not recognised.
      fc.pre(changed !== data && (data.length - index) % 37 !== 0)
      expect(reader.read(changed)).toBe('damaged')
      expect(reader.read(data.slice(0, index))).toBe('damaged')
      expect(reader.read(data + to)).toBe('damaged')
    }),
  )
})

test('a time that lost its mark is damaged', () => {
  const reader = new PayloadReader('run1')
  const data = writePayload('run1', 123_456, 7, 120, UNTIMED)
  for (const digit of '0123456789') expect(reader.read(data.replace('~', digit))).toBe('damaged')
})

test('the data of another run, or of nobody, is foreign', () => {
  const reader = new PayloadReader('run1')
  expect(reader.read(writePayload('run2', 1, 1, 50))).toBe('foreign')
  expect(reader.read('')).toBe('foreign')
  expect(reader.read('run1')).toBe('foreign')
})

test('what cannot be written is refused with what to do', () => {
  expect(() => {
    checkPayloadOptions('Run', 10)
  }).toThrow('expected a run id of 4 characters of 0-9 and a-z, got "Run"')
  expect(() => {
    checkPayloadOptions('run1', 0)
  }).toThrow('expected 1 to 1048576 bytes of data in an event, got 0')
})
