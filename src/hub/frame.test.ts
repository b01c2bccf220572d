import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { unframe } from '../../test/support/fake-sink.ts'
import { closingFrame, frame } from './frame.ts'

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 })

test('a frame is one chunk with the length in bytes, or the bytes themselves', () => {
  fc.assert(
    fc.property(text, (blocks) => {
      const bytes = Buffer.from(blocks)
      expect(frame(blocks, 'raw')).toEqual(bytes)
      expect(unframe(frame(blocks, 'chunked'), 'chunked')).toEqual(bytes)
      expect(frame(blocks, 'chunked').toString('latin1')).toBe(
        `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n`,
      )
    }),
  )
})

test('the last frame ends a chunked body, and adds nothing to a raw one', () => {
  fc.assert(
    fc.property(text, (blocks) => {
      expect(closingFrame(blocks, 'raw')).toEqual(frame(blocks, 'raw'))
      expect(closingFrame(blocks, 'chunked').toString()).toBe(
        `${frame(blocks, 'chunked').toString()}0\r\n\r\n`,
      )
    }),
  )
})

test('a frame keeps no more memory alive than its own bytes', () => {
  expect(frame('data: x\n\n', 'chunked').buffer.byteLength).toBe('9\r\ndata: x\n\n\r\n'.length)
  expect(frame('data: x\n\n', 'raw').buffer.byteLength).toBe('data: x\n\n'.length)
})
