import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteBuffer } from './byte-buffer.ts'

test('a buffer holds the bytes that were appended since it was cleared', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.uint8Array({ maxLength: 400 }))), (rounds) => {
      const buffer = new ByteBuffer()
      for (const pieces of rounds) {
        buffer.clear()
        for (const piece of pieces) {
          buffer.appendByte(1)
          buffer.append(Uint8Array.of(9, ...piece, 9), 1, piece.length + 1)
        }
        const expected = pieces.flatMap((piece) => [1, ...piece])
        expect([...buffer.view()]).toEqual(expected)
        expect(buffer.length).toBe(expected.length)
      }
    }),
  )
})

test('appending byte by byte moves the bytes a few times only', () => {
  const buffer = new ByteBuffer()
  const blocks = new Set<ArrayBufferLike>()
  for (let i = 0; i < 1024 * 1024; i++) {
    buffer.appendByte(0)
    blocks.add(buffer.view().buffer)
  }
  expect(blocks.size).toBeLessThan(20)
})

test('a buffer that is cleared keeps a small block and frees a large one', async () => {
  const buffer = new ByteBuffer()
  buffer.append(new Uint8Array(1000), 0, 1000)
  const small = buffer.view().buffer
  buffer.clear()
  expect(buffer.view().buffer).toBe(small)

  const large = growAndForget(buffer)
  buffer.clear()
  // A weak reference holds its target until the turn is over.
  await setImmediate()
  expect(globalThis.gc).toBeTypeOf('function')
  globalThis.gc?.()
  expect(large.deref()).toBeUndefined()
})

/** A function of its own, so that no variable of a test that waits still holds the block. */
function growAndForget(buffer: ByteBuffer): WeakRef<ArrayBufferLike> {
  buffer.append(new Uint8Array(100_000), 0, 100_000)
  return new WeakRef(buffer.view().buffer)
}
