/** Other programs, and pods of other versions, may write to the channel that notifications come over. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeNotification, encodeProbe, NOTIFICATION_VERSION } from './notification.ts'

const VERSION = String.fromCharCode(NOTIFICATION_VERSION)
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

function decode(text: string): unknown {
  return decodeNotification(Buffer.from(text))
}

test('events are cut by bytes, not by characters', () => {
  expect(
    decode(
      `${VERSION}eeeeeeee 7 1699999999000000 1700000000000999 2 7 4 1 0\nmessage\u{e9}\u{e9}x`,
    ),
  ).toEqual({
    kind: 'append',
    epoch: 'eeeeeeee',
    previous: 1_699_999_999_000_000,
    time: 1_700_000_000_000_999,
    events: [
      { offset: 7, name: 'message', data: '\u{e9}\u{e9}', time: 1_700_000_000_000 },
      { offset: 8, name: 'x', data: '', time: 1_700_000_000_000 },
    ],
  })
})

test('the last two of four values are the trace context, unless they are empty', () => {
  const values = ['n', 'd', TRACEPARENT, 'v=1', 'n', 'd', TRACEPARENT, '', 'n', 'd', '', '']
  const sizes = values.map(({ length }) => length).join(' ')
  const event = { name: 'n', data: 'd', time: 1 }
  expect(decode(`${VERSION}eeeeeeee 1 0 1000 4 ${sizes}\n${values.join('')}`)).toHaveProperty(
    'events',
    [
      { ...event, offset: 1, trace: { traceparent: TRACEPARENT, tracestate: 'v=1' } },
      { ...event, offset: 2, trace: { traceparent: TRACEPARENT } },
      { ...event, offset: 3 },
    ],
  )
})

test('appends that shared a command are told apart by their numbers of events', () => {
  const decoded = decode(`${VERSION}eeeeeeee 1 0 1000 2:1,2 1 1 1 1 1 1\nabcdef`)
  expect(decoded).toMatchObject({ kind: 'append', counts: [1, 2] })
  expect(decoded).toHaveProperty('events.length', 3)
})

test('a probe is its token', () => {
  expect(decode(encodeProbe('token'))).toEqual({ kind: 'probe', token: 'token' })
})

const READABLE = 'eeeeeeee 1 2 3 2 1 1\nxy'

test('the notification that the unreadable forms below are made from can be read', () => {
  expect(decode(`${VERSION}${READABLE}`)).toMatchObject({ kind: 'append' })
})

test.for([
  ['nothing', ''],
  ['text', 'text'],
  ['a line feed', '\n'],
  ['the version alone', VERSION],
  ['a version and a line feed', `${VERSION}\n`],
  ['a later version', `\u{2}${READABLE}`],
  ['a probe of a later version', '\u{2}?token'],
  ['no version', READABLE],
  ['a probe without a version', '?token'],
  ['a version in digits', `1${READABLE}`],
  ['no values', `${VERSION}eeeeeeee 1 2 3 2\n`],
  ['one value of two', `${VERSION}eeeeeeee 1 2 3 2 1\nx`],
  ['two values of four', `${VERSION}eeeeeeee 1 2 3 4 1 1\nxy`],
  ['events of one value', `${VERSION}eeeeeeee 1 2 3 1 1 1\nxy`],
  ['too few bytes', `${VERSION}eeeeeeee 1 2 3 2 1 1\nx`],
  ['too many bytes', `${VERSION}eeeeeeee 1 2 3 2 1 1\nxyz`],
  ['a negative number', `${VERSION}eeeeeeee 1 2 -3 2 1 1\nxy`],
  ['no number', `${VERSION}eeeeeeee one 2 3 2 1 1\nxy`],
  ['a number beyond all bounds', `${VERSION}eeeeeeee 1 2 3 2 1 ${'9'.repeat(400)}\nxy`],
  ['more events in appends than there are', `${VERSION}eeeeeeee 1 2 3 2:1,1 1 1\nxy`],
  ['an append without events', `${VERSION}eeeeeeee 1 2 3 2:1,0 1 1\nxy`],
  ['an append that counts nothing', `${VERSION}eeeeeeee 1 2 3 2: 1 1\nxy`],
  ['an epoch that is none', `${VERSION}eeee-eee 1 2 3 2 1 1\nxy`],
] as const)('unreadable: %s', ([, text]) => {
  expect(decode(text)).toEqual({ kind: 'unreadable' })
})

test('every notification cut short is unreadable', () => {
  const whole = `${VERSION}eeeeeeee 7 16 17 2 7 4 1 0\nmessagedatax`
  expect(decode(whole)).toMatchObject({ kind: 'append' })
  for (let length = 0; length < whole.length; length++) {
    expect(decode(whole.slice(0, length))).toEqual({ kind: 'unreadable' })
  }
})

test('any text is parsed as events, a probe or unreadable', () => {
  const part = fc.oneof(
    fc.nat(9).map(String),
    fc.constantFrom(' ', '\n', '?', 'eeeeeeee', ' 1 2 3 2'),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const notification = decodeNotification(Buffer.from(VERSION + parts.join('')))
      const events = notification.kind === 'append' ? notification.events : undefined
      expect(events).not.toEqual([])
    }),
  )
})
