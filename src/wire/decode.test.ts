import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DecodeError } from './decode-error.ts'
import { type DecoderOptions, EventStreamDecoder } from './decode.ts'

const MAX_TIMER_MS = 2 ** 31 - 1

/** What a decoder reports, in order. */
type Report = readonly [kind: 'event' | 'id' | 'retry' | 'comment' | 'error', ...unknown[]]

type Limits = Pick<DecoderOptions, 'lastEventId' | 'maxLineBytes' | 'maxEventBytes'>

function record(limits: Limits = {}): { decoder: EventStreamDecoder; reports: Report[] } {
  const reports: Report[] = []
  const decoder = new EventStreamDecoder({
    ...limits,
    onEvent: ({ event, data, id }) => reports.push(['event', event, data, id]),
    onId: (id) => reports.push(['id', id]),
    onRetry: (milliseconds) => reports.push(['retry', milliseconds]),
    onComment: (text) => reports.push(['comment', text]),
  })
  return { decoder, reports }
}

function decode(chunks: Iterable<Uint8Array | string>, limits?: Limits): Report[] {
  const { decoder, reports } = record(limits)
  try {
    for (const chunk of chunks) decoder.push(chunk)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    reports.push(['error', error.reason])
  }
  return reports
}

/** The algorithm of the standard on a whole stream, with no thought for chunks, bounds or speed. */
function parseWhole(bytes: Uint8Array): { reports: Report[]; lastEventId: string } {
  const reports: Report[] = []
  let [lastEventId, idBuffer, data, event] = ['', '', '', '']
  let hasId = false
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)
  for (const line of lines.slice(0, -1)) {
    const [, field = line, value = ''] = /^([^:]*): ?(.*)$/su.exec(line) ?? []
    if (line === '') {
      lastEventId = idBuffer
      const type = event === '' ? 'message' : event
      if (data !== '') reports.push(['event', type, data.replace(/\n$/, ''), lastEventId])
      else if (hasId) reports.push(['id', lastEventId])
      ;[data, event, hasId] = ['', '', false]
    } else if (field === '') {
      reports.push(['comment', value])
    } else if (field === 'data') {
      data += `${value}\n`
    } else if (field === 'event') {
      event = value
    } else if (field === 'id' && !value.includes('\0')) {
      ;[idBuffer, hasId] = [value, true]
    } else if (field === 'retry' && /^[0-9]+$/.test(value)) {
      reports.push(['retry', Math.min(Number(value), MAX_TIMER_MS)])
    }
  }
  return { reports, lastEventId }
}

const LINE_ENDS = ['\n', '\r', '\r\n']
const NEARLY = [
  'data',
  'event',
  'id',
  'retry',
  'Data',
  'dat',
  'datax',
  'foo',
  '\uFEFF',
  '\uFEFFdata',
  '',
]
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const value = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '  a',
    'a',
    '1',
    '007',
    '99999999999',
    '1x',
    '\0',
    '€',
    '🚀',
    '\u2028',
    ': ',
  ),
  fc.string({ unit: 'binary' }),
)
const line = fc
  .tuple(fc.constantFrom(...NEARLY), fc.constantFrom(':', ': ', ' :', ''), value)
  .map((parts) => bytesOf(parts.join('')))
const soup = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...LINE_ENDS).map(bytesOf) },
      { weight: 3, arbitrary: line },
      // Halves of BOMs and characters, and bytes that UTF-8 does not know.
      fc.uint8Array({ max: 255, maxLength: 3 }),
      fc
        .constantFrom([0xef], [0xef, 0xbb], [0xbf], [0xe2, 0x82], [0xff])
        .map((b) => Uint8Array.from(b)),
    ),
    { maxLength: 60 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)))
/** Lengths of chunks; what is left after the last one arrives whole. */
const chunkLengths = fc.array(fc.nat({ max: 6 }), { maxLength: 300 })

function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let start = 0
  for (const length of lengths) yield bytes.slice(start, (start += length))
  yield bytes.slice(start)
}

function* cutText(text: string, lengths: readonly number[]): Generator<string> {
  let start = 0
  for (const length of lengths) yield text.slice(start, (start += length))
  yield text.slice(start)
}

test('any bytes in any chunks are read as the standard reads the whole', () => {
  fc.assert(
    fc.property(soup, chunkLengths, (bytes, lengths) => {
      const expected = parseWhole(bytes)
      const { decoder, reports } = record()
      for (const chunk of cut(bytes, lengths)) {
        decoder.push(chunk)
        // A reader may use one buffer for all of its chunks.
        chunk.fill(0x78)
      }
      expect(reports).toEqual(expected.reports)
      expect(decoder.lastEventId).toBe(expected.lastEventId)
    }),
    { numRuns: 5000 },
  )
})

test('text in any chunks, even cut inside a surrogate pair, is read as its bytes are', () => {
  const text = fc.array(fc.oneof(value, fc.constantFrom(...LINE_ENDS, ...NEARLY, ':')))
  fc.assert(
    fc.property(text, chunkLengths, (parts, lengths) => {
      const whole = parts.join('')
      expect(decode(cutText(whole, lengths))).toEqual(parseWhole(bytesOf(whole)).reports)
    }),
    {
      numRuns: 1000,
      examples: [
        [
          ['data', ':', '🚀', '\n', '\n'],
          [6, 1],
        ],
      ],
    },
  )
})

test('an event that ends with CR CR is reported at once, and an LF after it ends nothing more', () => {
  const { decoder, reports } = record()
  decoder.push('data: a\r\r')
  expect(reports).toEqual([['event', 'message', 'a', '']])
  decoder.push('')
  decoder.push('\ndata: b\r')
  decoder.push('\n')
  expect(reports).toHaveLength(1)
  decoder.push('\n')
  expect(reports[1]).toEqual(['event', 'message', 'b', ''])
})

test('an id counts from the end of its block', () => {
  const { decoder, reports } = record({ lastEventId: '1' })
  expect(decoder.lastEventId).toBe('1')
  decoder.push('data: a\n\nid: 2\ndata: b\n')
  expect(reports).toEqual([['event', 'message', 'a', '1']])
  expect(decoder.lastEventId).toBe('1')
  decoder.push('\n')
  expect(decoder.lastEventId).toBe('2')
})

test('a block with an id alone is reported, an empty id included', () => {
  const { decoder, reports } = record()
  decoder.push('id: 7\n\ndata: a\n\nevent: x\n\nid\n\nid: 8\0\n\n')
  expect(reports).toEqual([
    ['id', '7'],
    ['event', 'message', 'a', '7'],
    ['id', ''],
  ])
  expect(decoder.lastEventId).toBe('')
})

test.for(['1000x', '-5', '1.5', '1e3', '', ' 5', '5 ', '٣', '0x10'])(
  'a retry of "%s" is ignored',
  (text) => {
    expect(decode([`retry: ${text}\n`])).toEqual([])
  },
)

test('a retry counts at the end of its line and never exceeds what a timer can hold', () => {
  expect(decode(['retry:0\nretry: 0250\n'])).toEqual([
    ['retry', 0],
    ['retry', 250],
  ])
  for (const digits of ['2147483647', '2147483648', '9'.repeat(20), '9'.repeat(400)]) {
    expect(decode([`retry: ${digits}\n`])).toEqual([['retry', MAX_TIMER_MS]])
  }
})

test('a heartbeat is a comment without text, reported before any blank line', () => {
  expect(decode([':\n'])).toEqual([['comment', '']])
})

test('callbacks other than that for events may be left out', () => {
  const decoder = new EventStreamDecoder({ onEvent: () => {} })
  decoder.push(': hi\nretry: 5\nid: 1\n\n')
  expect(decoder.lastEventId).toBe('1')
})

test('the events before a limit is met do not depend on the chunks', () => {
  fc.assert(
    fc.property(soup, chunkLengths, (bytes, lengths) => {
      const limits = { maxLineBytes: 12, maxEventBytes: 8 }
      expect(decode(cut(bytes, lengths), limits)).toEqual(decode([bytes], limits))
    }),
    { numRuns: 1000 },
  )
})
