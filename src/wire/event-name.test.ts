import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeEvent } from './encode.ts'
import { eventNameFault, SYSTEM_EVENT_PREFIX } from './event-name.ts'
import { MAX_EVENT_NAME_BYTES } from './limits.ts'

test.for(['tick', 'message', 'order created', 'a:b', ': ', 'größe', '🚀', 'runnel', 'Error'])(
  'the event name "%s" may be published',
  (name) => {
    expect(eventNameFault(name)).toBeUndefined()
  },
)

test.for([
  ['', 'empty'],
  ['a\nb', 'control'],
  ['a\rb', 'control'],
  ['a\0b', 'control'],
  ['a\u0085b', 'control'],
  ['\u007F', 'control'],
  ['\uD800', 'surrogates'],
  ['\uDC00a', 'surrogates'],
  ['error', 'error'],
  ['open', 'open'],
  ['runnel.open', SYSTEM_EVENT_PREFIX],
  ['runnel.', SYSTEM_EVENT_PREFIX],
])('the event name %j is refused with a reason that says "%s"', ([name, reason]) => {
  expect(eventNameFault(name ?? '')).toContain(reason)
})

test('the longest name is counted in bytes of UTF-8', () => {
  expect(eventNameFault('a'.repeat(MAX_EVENT_NAME_BYTES))).toBeUndefined()
  expect(eventNameFault('a'.repeat(MAX_EVENT_NAME_BYTES + 1))).toContain('bytes')
  expect(eventNameFault('€'.repeat(42))).toBeUndefined()
  expect(eventNameFault('€'.repeat(43))).toContain('bytes')
})

test('a name that may be published is always accepted by the encoder', () => {
  const units = fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: units })), (name) => {
      if (eventNameFault(name) !== undefined) return
      expect(encodeEvent({ event: name, data: '' })).toContain('data: \n\n')
    }),
  )
})
