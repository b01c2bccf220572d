import { createParser } from 'eventsource-parser'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventStreamDecoder, type DecodedEvent } from './decode.ts'
import { encodeBody, encodeEvent, type EventFields, HEARTBEAT } from './encode.ts'

// Every character that means something to the format, and some that other formats break lines at.
const special = fc.constantFrom(
  ...'\r,\n,\r\n,:, ,\0,\t,data:,id: 1,\v,\f,\u0085,\u2028,\u2029,\uFEFF'.split(','),
)
const codeUnit = fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit))
const text = fc.string({ unit: fc.oneof(special, codeUnit, fc.string({ unit: 'binary' })) })
const singleLine = text.map((value) => value.replaceAll(/[\r\n\0]/g, '')).filter((v) => v !== '')
const hostileLine = fc
  .tuple(text, fc.constantFrom('\r', '\n', '\0', '\r\n'), text)
  .map((parts) => parts.join(''))

const events: fc.Arbitrary<EventFields> = fc.record(
  { retry: fc.nat({ max: 5_400_000 }), id: singleLine, event: singleLine, data: text },
  { requiredKeys: ['data'] },
)
/** Lengths of chunks; what is left after the last one arrives whole. */
const chunkLengths = fc.array(fc.nat({ max: 9 }), { maxLength: 200 })

function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let start = 0
  for (const length of lengths) yield bytes.subarray(start, (start += length))
  yield bytes.subarray(start)
}

function decode(chunks: Iterable<Uint8Array>): DecodedEvent[] {
  const got: DecodedEvent[] = []
  const decoder = new EventStreamDecoder({ onEvent: (event) => got.push(event) })
  for (const chunk of chunks) decoder.push(chunk)
  return got
}

function parse(chunks: Iterable<Uint8Array>): DecodedEvent[] {
  const got: DecodedEvent[] = []
  let id = ''
  const parser = createParser({
    onId: (moved) => {
      id = moved
    },
    onEvent: ({ event = 'message', data }) => got.push({ event, data, id }),
  })
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  for (const chunk of chunks) parser.feed(utf8.decode(chunk, { stream: true }))
  return got
}

/** What readers must see: UTF-8 has no lone surrogates, and the format knows one line break only. */
function toReceived(sent: readonly EventFields[]): DecodedEvent[] {
  let last = ''
  return sent.map(({ id, event = 'message', data }) => {
    last = id ?? last
    return {
      event: event.toWellFormed(),
      data: data.toWellFormed().replaceAll(/\r\n?/g, '\n'),
      id: last.toWellFormed(),
    }
  })
}

test('any events come back from both readers, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(events), chunkLengths, (sent, lengths) => {
      const bytes = Buffer.from(sent.map(encodeEvent).join(''))
      const expected = toReceived(sent)
      expect(decode(cut(bytes, lengths))).toEqual(expected)
      expect(parse(cut(bytes, lengths))).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

test('an event comes back from both readers under every cut into three chunks', () => {
  const sent = [
    { id: 'é1', event: 'größe: a', data: '\r\n€\r\r 🚀:\n' },
    { data: '' },
    { event: 'message', data: '\n' },
  ]
  const bytes = Buffer.from(sent.map(encodeEvent).join(''))
  const expected = toReceived(sent)
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = 0; second <= bytes.length - first; second++) {
      expect(decode(cut(bytes, [first, second]))).toEqual(expected)
      expect(parse(cut(bytes, [first, second]))).toEqual(expected)
    }
  }
})

test('a stream cut off at any byte gives the first of its events and no id beyond them', () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 4 }), (sent) => {
      const bytes = Buffer.from(sent.map(encodeEvent).join(''))
      const expected = toReceived(sent)
      for (let length = 0; length <= bytes.length; length++) {
        const got: DecodedEvent[] = []
        const decoder = new EventStreamDecoder({ onEvent: (event) => got.push(event) })
        decoder.push(bytes.subarray(0, length))
        expect(got).toEqual(expected.slice(0, got.length))
        expect(decoder.lastEventId).toBe(got.at(-1)?.id ?? '')
      }
    }),
    { numRuns: 50 },
  )
})

test('heartbeats between the events change nothing', () => {
  fc.assert(
    fc.property(events, (event) => {
      const stream = [
        HEARTBEAT,
        HEARTBEAT,
        encodeEvent(event),
        HEARTBEAT,
        encodeEvent({ data: 'z' }),
      ].join('')
      const expected = toReceived([event, { data: 'z' }])
      expect(decode([Buffer.from(stream)])).toEqual(expected)
      expect(parse([Buffer.from(stream)])).toEqual(expected)
    }),
  )
})

test('an id or name that would forge another field is refused', () => {
  fc.assert(
    fc.property(hostileLine, (value) => {
      expect(() => encodeEvent({ id: value, data: 'a' })).toThrow(/as id/)
      expect(() => encodeEvent({ event: value, data: 'a' })).toThrow(/as event/)
      expect(() => encodeBody(value, 'a')).toThrow(/as event/)
    }),
  )
})

test('an empty id is refused, since it would make the client forget where it stands', () => {
  expect(() => encodeEvent({ id: '', data: 'a' })).toThrow(/as id/)
})

test('an event is an id line and its body, and the body names the event unless it is a message', () => {
  expect(encodeEvent({ id: '7', event: 'tick', data: 'a\nb' })).toBe(
    'id: 7\nevent: tick\ndata: a\ndata: b\n\n',
  )
  expect(encodeEvent({ id: '7', event: 'message', data: '' })).toBe('id: 7\ndata: \n\n')
  expect(encodeEvent({ retry: 0, id: '7', event: 'tick', data: 'a' })).toBe(
    'retry: 0\nid: 7\nevent: tick\ndata: a\n\n',
  )
  fc.assert(
    fc.property(singleLine, singleLine, text, (id, event, data) => {
      expect(encodeEvent({ id, event, data })).toBe(`id: ${id}\n${encodeBody(event, data)}`)
    }),
  )
})

test('an encoded block holds no CR and ends with its only blank line', () => {
  fc.assert(
    fc.property(events, (event) => {
      const block = encodeEvent(event)
      expect(block).not.toContain('\r')
      expect(block.indexOf('\n\n')).toBe(block.length - 2)
    }),
  )
})

test.for([-1, 1.5, 5_400_001, Number.NaN, Number.POSITIVE_INFINITY])(
  'a retry of %s ms is refused',
  (retry) => {
    expect(() => encodeEvent({ retry, data: 'a' })).toThrow(RangeError)
  },
)

test('a retry is written in digits from nothing to an hour and a half', () => {
  expect(encodeEvent({ retry: 0, data: 'a' })).toBe('retry: 0\ndata: a\n\n')
  expect(encodeEvent({ retry: 5_400_000, data: 'a' })).toBe('retry: 5400000\ndata: a\n\n')
})
