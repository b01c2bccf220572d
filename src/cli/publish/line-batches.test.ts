import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeTextEvent } from './publications.ts'
import { MAX_PUBLISHED_EVENTS } from '../../schema/limits.ts'
import { batchLines, MAX_BYTES } from './line-batches.ts'

const encode = (line: string) => encodeTextEvent(line, undefined)

async function* cut(bytes: Uint8Array, lengths: readonly number[]) {
  let start = 0
  for (const length of lengths) yield bytes.subarray(start, (start += length))
  yield bytes.subarray(start)
}

/** The bodies of all batches. */
async function batch(
  text: string,
  lengths: readonly number[] = [],
  isEager = false,
): Promise<string[]> {
  const bodies: string[] = []
  for await (const { body } of batchLines(cut(Buffer.from(text), lengths), { encode, isEager })) {
    bodies.push(String(body))
  }
  return bodies
}

function dataOf(bodies: readonly string[]): unknown[] {
  return bodies.flatMap((body) =>
    body.split('\n').map((line) => (JSON.parse(line) as { data: unknown }).data),
  )
}

const lines = fc.array(
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n\uFEFF]/g, '')),
  { minLength: 1, maxLength: 40 },
)
const lengths = fc.array(fc.nat({ max: 9 }), { maxLength: 100 })

test('each line is one event, in order, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      lines,
      lengths,
      fc.boolean(),
      fc.constantFrom('\n', '\r\n'),
      async (texts, cuts, isEager, lineEnd) => {
        const whole = texts.map((text) => text + lineEnd).join('')
        expect(dataOf(await batch(whole, cuts, isEager))).toEqual(texts)
        // The last line has no line break.
        if (texts.at(-1) === '') texts.pop()
        const open = whole.slice(0, -lineEnd.length)
        expect(dataOf(await batch(open, cuts, isEager))).toEqual(texts)
      },
    ),
  )
})

test('batches that are not eager do not depend on how the bytes are cut', async () => {
  const text = Array.from({ length: 1_300 }, (_, index) => `line ${index}\n`).join('')
  const whole = await batch(text)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 4_000 }), { maxLength: 20 }), async (cuts) => {
      expect(await batch(text, cuts)).toEqual(whole)
    }),
    { numRuns: 20 },
  )
})

test('a batch is never larger than a request may be', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: MAX_BYTES - 20 }), {
    minLength: 1,
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(sizes, async (each) => {
      const bodies = await batch(each.map((size) => `${'x'.repeat(size)}\n`).join(''))
      expect(bodies.filter((body) => Buffer.byteLength(body) > MAX_BYTES)).toEqual([])
      expect(dataOf(bodies)).toHaveLength(each.length)
    }),
    { numRuns: 20 },
  )
  const bodies = await batch('\n'.repeat(MAX_PUBLISHED_EVENTS * 2 + 1))
  expect(bodies.map((body) => body.split('\n').length)).toEqual([
    MAX_PUBLISHED_EVENTS,
    MAX_PUBLISHED_EVENTS,
    1,
  ])
})

test('an endless input is read no further than the consumer needs', async () => {
  let read = 0
  const endless = (async function* () {
    for (;;) {
      read++
      yield Buffer.from('line\n'.repeat(100))
    }
  })()
  const batches = batchLines(endless, { encode, isEager: false })

  for (let taken = 1; taken <= 20; taken++) {
    await batches.next()
    // A batch is complete when the first line after it has been read.
    expect(read).toBeLessThanOrEqual((taken * MAX_PUBLISHED_EVENTS) / 100 + 1)
  }
  await batches.return(undefined)
})

test('an endless line is refused before it fills the memory', async () => {
  let read = 0
  const endless = (async function* () {
    yield Buffer.from('first\n')
    for (;;) {
      read++
      yield Buffer.alloc(64 * 1024, 'x')
    }
  })()
  const batches = batchLines(endless, { encode, isEager: true })

  await batches.next()
  await expect(batches.next()).rejects.toThrow(/^line 2: expected at most 262144 bytes/)
  expect(read).toBeLessThan(10)
})

test('a line whose event is too large is named', async () => {
  await expect(batch(`a\n${'"'.repeat(MAX_BYTES / 2)}\n`)).rejects.toThrow(
    /^line 2: expected at most 262144 bytes as an event/,
  )
})

test('a byte order mark is not part of the first line', async () => {
  expect(dataOf(await batch('\uFEFFa\nb'))).toEqual(['a', 'b'])
})
