import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DecodeError } from './decode-error.ts'
import { type DecoderOptions, EventStreamDecoder } from './decode.ts'

type Limits = Pick<DecoderOptions, 'maxLineBytes' | 'maxEventBytes'>

/** The data of each event, and the reason why the decoder stopped if it did. */
function decode(chunks: Iterable<Uint8Array | string>, limits?: Limits): string[] {
  const reports: string[] = []
  const decoder = new EventStreamDecoder({ ...limits, onEvent: ({ data }) => reports.push(data) })
  try {
    for (const chunk of chunks) decoder.push(chunk)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    reports.push(error.reason)
  }
  return reports
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Lengths of chunks; what is left after the last one arrives whole. */
const chunkLengths = fc.array(fc.nat({ max: 6 }), { maxLength: 300 })

function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let start = 0
  for (const length of lengths) yield bytes.slice(start, (start += length))
  yield bytes.slice(start)
}

test('the longest line passes and one byte more throws, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 7, max: 40 }), chunkLengths, (maxLineBytes, lengths) => {
      const longest = 'x'.repeat(maxLineBytes - 6)
      const passing = `data: ${longest}\n\n`
      expect(decode(cut(bytesOf(passing), lengths), { maxLineBytes })).toEqual([longest])
      for (const name of [`data: ${longest}x`, `:${longest}xxxxxx`, `foo: ${longest}xx`]) {
        const failing = bytesOf(`${passing}${name}`)
        expect(decode(cut(failing, lengths), { maxLineBytes })).toEqual([longest, 'line-too-long'])
      }
    }),
  )
})

test('a line of 4 MiB passes by default, as does an event of as much data', () => {
  const mebibytes = 'x'.repeat(4 * 1024 * 1024)
  expect(decode([`:${mebibytes.slice(1)}\n`])).toEqual([])
  expect(decode([`:${mebibytes}\n`])).toEqual(['line-too-long'])
  const half = `data:${mebibytes.slice(0, 2 * 1024 * 1024)}\n`
  expect(decode([half, 'data', '\n', `${half.slice(0, -3)}\n`, '\n'])).toHaveLength(1)
  expect(decode([half, 'data', '\n', `${half.slice(0, -2)}\n`, '\n'])).toEqual(['event-too-large'])
})

test('the largest event passes and one byte more throws, empty lines counted too', () => {
  const limits = { maxEventBytes: 5 }
  expect(decode(['data: a\ndata:b\ndata:c\n\n'], limits)).toEqual(['a\nb\nc'])
  expect(decode(['data: ab\ndata:b\ndata:c\n\n'], limits)).toEqual(['event-too-large'])
  expect(decode(['data: abcdef\n\n'], limits)).toEqual(['event-too-large'])
  expect(decode(['data\n'.repeat(6), '\n'], limits)).toEqual(['\n'.repeat(5)])
  expect(decode(['data\n'.repeat(7), '\n'], limits)).toEqual(['event-too-large'])
})

test('once a limit is met, every push throws and names the first failure', () => {
  const events: unknown[] = []
  const decoder = new EventStreamDecoder({
    maxLineBytes: 8,
    onEvent: (event) => events.push(event),
  })
  const first = catchError(() => decoder.push('data: 123456789'))
  expect(first).toMatchObject({ name: 'DecodeError', reason: 'line-too-long' })
  for (const chunk of ['\n\n', 'data: a\n\n', '']) {
    const later = catchError(() => decoder.push(chunk))
    expect(later).toMatchObject({ name: 'DecodeError', reason: 'stopped', cause: first })
  }
  expect(events).toEqual([])
})

test('a callback that throws stops the decoder, since the rest of its chunk is lost', () => {
  const failure = new Error('no')
  const decoder = new EventStreamDecoder({
    onEvent: () => {
      throw failure
    },
  })
  expect(catchError(() => decoder.push('data: a\n\ndata: b\n\n'))).toBe(failure)
  expect(catchError(() => decoder.push('data: c\n\n'))).toMatchObject({
    reason: 'stopped',
    cause: failure,
  })
})

test('a line of a mebibyte is read in linear time when it comes byte by byte', () => {
  // A rescan of the line at each chunk would take hours.
  const long = 'x'.repeat(1024 * 1024)
  const bytes = bytesOf(`data: ${long}\n\n`)
  const single = Array.from(bytes, () => 1)
  expect(decode(cut(bytes, single))).toEqual([long])
})

test.for(['\n', '\r', '\r\n'])(
  'a million lines that end with %j are read in linear time',
  (lineEnd) => {
    // A copy of the data for each line, or a search of the whole chunk, would take hours.
    const lines = bytesOf(`data:${lineEnd}`.repeat(1_000_000))
    expect(decode([lines, bytesOf(lineEnd)])).toEqual(['\n'.repeat(999_999)])
    const each = Array.from({ length: 1_000_000 }, () => 5 + lineEnd.length)
    expect(decode([...cut(lines, each), bytesOf(lineEnd)])).toEqual(['\n'.repeat(999_999)])
  },
)

test('no chunk is kept alive by a line or event that is not over', async () => {
  const events: unknown[] = []
  const decoder = new EventStreamDecoder({ onEvent: (event) => events.push(event) })
  const buffers = pushAndForget(decoder)
  // A weak reference holds its target until the turn is over.
  await setImmediate()
  expect(globalThis.gc).toBeTypeOf('function')
  globalThis.gc?.()
  expect(buffers.filter((buffer) => buffer.deref() !== undefined)).toEqual([])
  decoder.push('\n\n')
  expect(events).toHaveLength(1)
})

/** A function of its own, so that no variable of a test that waits still holds a chunk. */
function pushAndForget(decoder: EventStreamDecoder): WeakRef<ArrayBufferLike>[] {
  return Array.from({ length: 10 }, () => {
    const text = '0123456789abcdef'
    const chunk = bytesOf(`\ndata: ${text}\n: ${'x'.repeat(65_536)}\ndata: ${text}`)
    decoder.push(chunk)
    return new WeakRef(chunk.buffer)
  })
}

function catchError(run: () => void): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('expected a throw, got none')
}
