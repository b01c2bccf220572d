import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventStreamDecoder, type DecodedEvent } from '../../src/wire/decode.ts'
import { bodyOf } from './body-framing.ts'

/** What the body of an answer with these headers hands on, where it arrives in these pieces. */
function decode(headers: Record<string, string>, pieces: readonly Uint8Array[]) {
  const taken: Uint8Array[] = []
  const sink = { push: (bytes: Uint8Array) => taken.push(bytes.slice()) }
  const body = bodyOf({ status: 200, headers: new Map(Object.entries(headers)) }, sink)
  // Each piece stands somewhere in a larger buffer, whose other bytes are not its own.
  for (const piece of pieces) {
    const read = Buffer.concat([Buffer.from('x'), piece, Buffer.from('y')])
    body.push(read, 1, read.length - 1)
  }
  return {
    taken: Buffer.concat(taken),
    isComplete: body.isComplete,
    isUntilClose: body.isUntilClose,
  }
}

const CHUNKED = { 'transfer-encoding': 'chunked' }
const text = (content: string) => [Buffer.from(content)]

/** Cuts bytes at any places. */
function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length]
  places.sort((a, b) => a - b)
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place))
}

const extension = fc.constantFrom('', ';a', ';name="va;lue"', ' ', '\t;x=1')
const trailers = fc.constantFrom('', 'X-A: 1\r\n', 'X-A: 1\r\nX-B:\r\n')
const cuts = fc.array(fc.nat({ max: 100_000 }))

test('any chunking of any event stream gives the events of the whole', () => {
  const line = fc.constantFrom(
    'data: a\n',
    'data: ä\r\n',
    'id: 7\n',
    'event: e\n',
    '\n',
    ':\n',
    '\r',
  )
  const stream = fc.array(line, { maxLength: 60 }).map((lines) => Buffer.from(lines.join('')))
  const chunks = fc.tuple(stream, cuts, extension, trailers, cuts)
  fc.assert(
    fc.property(chunks, ([bytes, chunkCuts, ext, trailing, readCuts]) => {
      const framed = cutAt(bytes, chunkCuts)
        .filter(({ length }) => length > 0)
        .flatMap((chunk) => [
          Buffer.from(`${chunk.length.toString(16).padStart(3, '0')}${ext}\r\n`),
          chunk,
          Buffer.from('\r\n'),
        ])
      const body = Buffer.concat([...framed, Buffer.from(`0${ext}\r\n${trailing}\r\nrest`)])
      const { taken, isComplete } = decode(CHUNKED, cutAt(body, readCuts))
      expect(isComplete).toBe(true)
      expect(eventsOf([taken])).toEqual(eventsOf([bytes]))
      expect(taken.equals(bytes)).toBe(true)
    }),
  )
})

function eventsOf(pieces: readonly Uint8Array[]): DecodedEvent[] {
  const events: DecodedEvent[] = []
  const decoder = new EventStreamDecoder({ onEvent: (event) => events.push(event) })
  for (const piece of pieces) decoder.push(piece)
  return events
}

test('a chunked body is complete at its last byte, and not before', () => {
  const body = '5;ext\r\nhello\r\n0\r\nX-A: 1\r\n\r\n'
  for (let length = 0; length < body.length; length++) {
    expect(decode(CHUNKED, text(body.slice(0, length))).isComplete).toBe(false)
  }
  expect(decode(CHUNKED, text(body))).toMatchObject({ isComplete: true, isUntilClose: false })
})

test.for([
  ['no size', 'x\r\n', 'expected the size of a chunk'],
  ['an empty size', '\r\n', 'expected the size of a chunk'],
  ['a size in other digits', '5x\r\n', 'in hexadecimal digits'],
  ['more than its chunk', '1\r\nab', 'expected the end of a chunk, got more of it'],
  ['a chunk of 2^60 bytes', 'fffffffffffffff\r\n', 'below 2^53 bytes'],
  ['a long extension', `1;${'a'.repeat(20_000)}`, 'at most 16384 bytes between chunks'],
  ['many zeros', '0'.repeat(20_000), 'at most 16384 bytes between chunks'],
  ['many trailers', `0\r\n${'A: 1\r\n'.repeat(4_000)}`, 'at most 16384 bytes between chunks'],
] as const)('a body with %s is an error', ([, body, message]) => {
  expect(() => decode(CHUNKED, text(body))).toThrow(message)
})

test('a size may have leading zeros', () => {
  expect(decode(CHUNKED, text('0000000000000000001\r\na\r\n0\r\n\r\n')).taken.toString()).toBe('a')
})

test('a body with a length is complete after so many bytes', () => {
  const headers = { 'content-length': '5' }
  expect(decode(headers, text('hell'))).toMatchObject({ isComplete: false, isUntilClose: false })
  const { taken, isComplete } = decode(headers, [...text('he'), ...text('llo and more')])
  expect(taken.toString()).toBe('hello')
  expect(isComplete).toBe(true)
  expect(decode({ 'content-length': '0' }, []).isComplete).toBe(true)
})

test('without a length the body lasts until the connection closes', () => {
  const { taken, ...body } = decode({}, [...text('he'), ...text('llo')])
  expect(taken.toString()).toBe('hello')
  expect(body).toEqual({ isComplete: false, isUntilClose: true })
})

test('chunks win over a length', () => {
  const headers = { ...CHUNKED, 'content-length': '1' }
  expect(decode(headers, text('3\r\nabc\r\n0\r\n\r\n')).taken.toString()).toBe('abc')
})

test.for([
  [{ 'transfer-encoding': 'gzip, chunked' }, 'the transfer coding gzip, chunked'],
  [{ 'content-length': '5, 6' }, 'expected a length of the body in bytes, got 5, 6'],
  [{ 'content-length': '-1' }, 'got -1'],
] as const)('%j is an error', ([headers, message]) => {
  expect(() => decode(headers, [])).toThrow(message)
})
