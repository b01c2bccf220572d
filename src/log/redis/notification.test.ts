/** Notifications come over a channel that anybody with the right may write to. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeNotification, encodeProbe } from './notification.ts'

function decode(text: string): unknown {
  return decodeNotification(Buffer.from(text))
}

test('events are cut by bytes, not by characters', () => {
  expect(
    decode('eeeeeeee 7 1699999999000000 1700000000000999 7 4 1 0\nmessage\u{e9}\u{e9}x'),
  ).toEqual({
    kind: 'events',
    epoch: 'eeeeeeee',
    previous: 1_699_999_999_000_000,
    time: 1_700_000_000_000_999,
    events: [
      { offset: 7, name: 'message', data: '\u{e9}\u{e9}', time: 1_700_000_000_000 },
      { offset: 8, name: 'x', data: '', time: 1_700_000_000_000 },
    ],
  })
  expect(decode(encodeProbe('token'))).toEqual({ kind: 'probe', token: 'token' })
})

test.each([
  '',
  'text',
  '\n',
  'eeeeeeee 1 2\n',
  'eeeeeeee 1 2 3\n',
  'eeeeeeee 1 2 3 1\nx',
  'eeeeeeee 1 2 3 1 1\nx',
  'eeeeeeee 1 2 3 1 1\nxyz',
  'eeeeeeee 1 2 -3 1 1\nxy',
  'eeeeeeee one 2 3 1 1\nxy',
])('%j is none', (text) => {
  expect(decode(text)).toBeUndefined()
})

test('whatever comes, it is events, a probe or nothing', () => {
  const part = fc.oneof(fc.nat(9).map(String), fc.constantFrom(' ', '\n', '?', 'e'), fc.string())
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const notification = decodeNotification(Buffer.from(parts.join('')))
      const events = notification?.kind === 'events' ? notification.events : undefined
      expect(events).not.toEqual([])
    }),
  )
})
