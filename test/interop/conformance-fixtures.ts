import type { ReceivedEvent } from './interop-client.ts'

/** The bytes of a stream, in chunks, and the events that every client must read from them. */
export interface Fixture {
  readonly name: string
  readonly chunks: readonly (string | Uint8Array)[]
  readonly expected: readonly ReceivedEvent[]
  /**
   * What follows the chunks: `more` events, so that a test need not wait for silence to know that no other event
   * came; the `end` of the connection; or `silence`, in which the events must be reported all the same.
   */
  readonly followedBy: 'more' | 'end' | 'silence'
}

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf)
const MEBIBYTE_LINE = '0123456789abcdef'.repeat(65_536)
const MANY_LINES = Array.from({ length: 2000 }, (_, i) => `line ${i}`)

/** One stream for each rule of the standard. */
export const FIXTURES: readonly Fixture[] = [
  fixture('LF ends lines', ['data: a\n\n'], ['a']),
  fixture('CR ends lines', ['data: a\r\rdata: b\r\r'], ['a', 'b']),
  fixture('CRLF ends lines', ['data: a\r\n\r\n'], ['a']),
  fixture('line ends are mixed', ['data:a\r\ndata:b\rdata:c\n\r\n'], ['a\nb\nc']),
  fixture(
    'CRLF is split over chunks',
    ['data: a\r', '\n\r', '\ndata: b\r', '\n\r', '\n'],
    ['a', 'b'],
  ),
  fixture('CR CR ends an event without waiting', ['data: a\r\r'], ['a'], 'silence'),

  fixture('a BOM starts the stream', [BOM, 'data: a\n\n'], ['a']),
  fixture(
    'a BOM is split over chunks',
    [...Array.from(BOM, (byte) => Uint8Array.of(byte)), 'data: a\n\n'],
    ['a'],
  ),
  fixture('a second BOM belongs to the field name', [BOM, BOM, 'data: a\n\ndata: b\n\n'], ['b']),
  fixture(
    'a BOM in mid-stream belongs to the field name',
    ['data: a\n\n', BOM, 'data: b\n\ndata: c\n\n'],
    ['a', 'c'],
  ),

  fixture('a comment comes before an event', [': hi\n\n', 'data: z\n\n'], ['z']),
  fixture('a comment stands inside an event', ['data: a\n: hi\ndata: b\n\n'], ['a\nb']),
  fixture('a comment is long', [`:${'x'.repeat(200_000)}\n`, 'data: z\n\n'], ['z']),

  fixture('a data line without colon is an empty event', ['data\n\ndata: z\n\n'], ['', 'z']),
  fixture('two empty data lines are one line break', ['data\ndata\n\n'], ['\n']),
  fixture('the first data line is empty', ['data:\ndata:x\n\n'], ['\nx']),
  fixture('the last data line is empty', ['data:x\ndata:\n\n'], ['x\n']),
  fixture('one space after the colon is removed', ['data:  a\n\n'], [' a']),
  fixture('a tab after the colon is kept', ['data:\ta\n\n'], ['\ta']),
  fixture('a no-break space and a final space are kept', ['data:\u00A0a \n\n'], ['\u00A0a ']),

  fixture('a space before the field name', [' data: a\n\ndata: z\n\n'], ['z']),
  fixture('a space before the colon', ['data : a\n\ndata: z\n\n'], ['z']),
  fixture('field names in upper case', ['DATA: a\nData: b\n\ndata: z\n\n'], ['z']),
  fixture('unknown fields', ['foo: 1\ndata: a\nbar\n\n'], ['a']),

  fixture('an event has a name', ['event: tick\ndata: a\n\n'], [{ event: 'tick', data: 'a' }]),
  fixture('an empty name is the default', ['event:\ndata: a\n\n'], ['a']),
  fixture('an empty name replaces a name', ['event: tick\nevent:\ndata: a\n\n'], ['a']),
  fixture(
    'the last name counts',
    ['event: x\nevent: tick\ndata: a\n\n'],
    [{ event: 'tick', data: 'a' }],
  ),
  fixture('a name ends with its block', ['event: tick\n\ndata: a\n\n'], ['a']),
  fixture(
    'a name holds a colon and spaces',
    ['event: tick: a b\ndata: a\n\n'],
    [{ event: 'tick: a b', data: 'a' }],
  ),

  fixture(
    'an id stays',
    ['id: 1\ndata: a\n\ndata: b\n\n'],
    [
      { data: 'a', id: '1' },
      { data: 'b', id: '1' },
    ],
  ),
  fixture(
    'an empty id resets',
    ['id: 1\ndata: a\n\nid\ndata: b\n\n'],
    [{ data: 'a', id: '1' }, { data: 'b' }],
  ),
  fixture(
    'an id with NUL is ignored',
    ['id: 1\ndata: a\n\nid: 2\u00003\ndata: b\n\n'],
    [
      { data: 'a', id: '1' },
      { data: 'b', id: '1' },
    ],
  ),
  fixture('an id comes without data', ['id: 7\n\ndata: b\n\n'], [{ data: 'b', id: '7' }]),
  fixture('the last id counts', ['id: 7\nid: 8\ndata: b\n\n'], [{ data: 'b', id: '8' }]),
  fixture('the last id has NUL', ['id: 7\nid: 8\0\ndata: b\n\n'], [{ data: 'b', id: '7' }]),
  fixture('an id is not ASCII', ['id: é€🚀\ndata: a\n\n'], [{ data: 'a', id: 'é€🚀' }]),

  fixture('data holds NUL', ['data: a\0b\n\n'], ['a\0b']),
  fixture(
    'data is no UTF-8',
    ['data: ', Uint8Array.of(0xff, 0xc3, 0x28), '\n\n'],
    ['\uFFFD\uFFFD('],
  ),
  fixture(
    'a character is split over chunks',
    ['data: ', ...Array.from(Buffer.from('€'), (byte) => Uint8Array.of(byte)), '\n\n'],
    ['€'],
  ),
  fixture(
    'other line breaks of Unicode are text',
    ['data: a\u2028b\u0085c\vd\fe\n\n'],
    ['a\u2028b\u0085c\vd\fe'],
  ),

  fixture('the blank line is missing', ['data: a\n\ndata: b\n'], ['a'], 'end'),
  fixture('the last line has no end', ['data: a\n\ndata: b'], ['a'], 'end'),
  fixture('the last line ends with CR', ['data: a\n\ndata: b\r'], ['a'], 'end'),

  fixture('blank lines stand around an event', ['\n\n\ndata: a\n\n\n\n'], ['a']),
  fixture(
    'an event comes byte by byte',
    Array.from(Buffer.from('id: 5\r\nevent: tick\r\ndata: ä\r\ndata: b\r\n\r\n'), (byte) =>
      Uint8Array.of(byte),
    ),
    [{ event: 'tick', data: 'ä\nb', id: '5' }],
  ),
  fixture(
    'retry fields are no numbers',
    ['retry: 1000x\nretry: -5\nretry: 1.5\nretry: 1e3\nretry:\ndata: a\n\n'],
    ['a'],
  ),
  fixture('a line has a mebibyte', [`data: ${MEBIBYTE_LINE}\n\n`], [MEBIBYTE_LINE]),
  fixture(
    'an event has 2,000 lines',
    [`${MANY_LINES.map((line) => `data: ${line}\n`).join('')}\n`],
    [MANY_LINES.join('\n')],
  ),
]

function fixture(
  name: string,
  chunks: Fixture['chunks'],
  expected: readonly (string | Partial<ReceivedEvent>)[],
  followedBy: Fixture['followedBy'] = 'more',
): Fixture {
  const events = expected.map((event) => (typeof event === 'string' ? { data: event } : event))
  return {
    name,
    chunks,
    expected: events.map((event) => ({ event: 'message', data: '', id: '', ...event })),
    followedBy,
  }
}
