import { Readable } from 'node:stream'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLines, readText, TextTooLong } from './bounded-text.ts'

test('lines are the same, however the bytes are cut', async () => {
  const line = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .map((text) => text.replaceAll('\n', ''))
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(200)), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
      expect(await linesOf(cutAt(bytes, cuts), 1_000)).toEqual(lines)
    }),
  )
})

test('the rest behind the last line feed is no line', async () => {
  expect(await linesOf([Buffer.from('one\ntw')])).toEqual(['one'])
})

test.each([
  ['in one chunk', ['12345678\n']],
  ['over several chunks', ['1234', '5678\n']],
  ['without an end', ['1234', '5678', '9']],
])('a line that is too long, %s, is refused', async (_, chunks) => {
  const reading = linesOf(chunks.map((text) => Buffer.from(text)))
  await expect(reading).rejects.toThrow(TextTooLong)
})

test('a line of just the length is read', async () => {
  expect(await linesOf([Buffer.from('1234567\n')])).toEqual(['1234567'])
})

test('a text is whole, or refused', async () => {
  const chunks = [Buffer.from('1234'), Buffer.from('567')]
  expect(await readText(Readable.from(chunks), 7)).toBe('1234567')
  await expect(readText(Readable.from(chunks), 6)).rejects.toThrow(TextTooLong)
})

async function linesOf(chunks: readonly Uint8Array[], maxLength = 7): Promise<string[]> {
  const lines: string[] = []
  for await (const line of readLines(Readable.from(chunks), maxLength)) lines.push(line)
  return lines
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = places.toSorted((a, b) => a - b)
  return [0, ...sorted].map((place, index) => bytes.subarray(place, sorted[index]))
}
