/** Other programs, and pods of other versions, may write to the channel that announcements come over. */
import { expect, test } from 'vitest'
import type { TracedAppend } from '../event-log.ts'
import { ANNOUNCEMENT_VERSION, decodeAnnouncement, encodeAnnouncement } from './announcement.ts'

const VERSION = String.fromCharCode(ANNOUNCEMENT_VERSION)
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const LONGEST_STATE = `a=${'x'.repeat(250)} y,b=${'x'.repeat(255)}`

function decode(text: string): TracedAppend | undefined {
  return decodeAnnouncement(Buffer.from(text, 'latin1'))
}

test.for<TracedAppend>([
  {
    channel: 'orders',
    epoch: 'eeeeeeee',
    first: 7,
    count: 2,
    time: 1_700_000_000_000,
    trace: { traceparent: TRACEPARENT },
  },
  {
    channel: '~'.repeat(128),
    epoch: '0123ABCz',
    first: 2 ** 53 - 100_000,
    count: 100_000,
    time: 253_402_300_799_999,
    trace: { traceparent: TRACEPARENT, tracestate: LONGEST_STATE },
  },
])('what is announced is what is heard: %j', (append) => {
  expect(decode(encodeAnnouncement(append))).toEqual(append)
})

test('the announcement that the unreadable forms below are made from can be read', () => {
  expect(decode(`${VERSION}a eeeeeeee 1 1 1 ${TRACEPARENT}`)).toMatchObject({ channel: 'a' })
})

test.for([
  ['nothing', ''],
  ['text', 'text'],
  ['the version alone', VERSION],
  ['no version', `a eeeeeeee 1 1 1 ${TRACEPARENT}`],
  ['a later version', `\u{2}a eeeeeeee 1 1 1 ${TRACEPARENT}`],
  ['no channel name', `${VERSION}a/b eeeeeeee 1 1 1 ${TRACEPARENT}`],
  ['an epoch that is none', `${VERSION}a eeee-eee 1 1 1 ${TRACEPARENT}`],
  ['offset 0', `${VERSION}a eeeeeeee 0 1 1 ${TRACEPARENT}`],
  ['an offset beyond all bounds', `${VERSION}a eeeeeeee ${2 ** 53} 1 1 ${TRACEPARENT}`],
  ['no events', `${VERSION}a eeeeeeee 1 0 1 ${TRACEPARENT}`],
  ['no time', `${VERSION}a eeeeeeee 1 1 ${TRACEPARENT}`],
  ['no trace', `${VERSION}a eeeeeeee 1 1 1`],
  ['an invalid trace', `${VERSION}a eeeeeeee 1 1 1 ${TRACEPARENT.slice(0, -1)}`],
  [
    'more than an announcement can have',
    `${VERSION}a eeeeeeee 1 1 1 ${TRACEPARENT} ${'x'.repeat(1_000)}`,
  ],
])('unreadable: %s', ([, text]) => {
  expect(decode(text!)).toBeUndefined()
})
