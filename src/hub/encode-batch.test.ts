import { expect, test } from 'vitest'
import { encodeEnvelope } from './encode-batch.ts'

test('an envelope holds the name, data and channel of an event, and when it was accepted', () => {
  const event = { offset: 7, name: 'tick', data: '{"a":"\u2028"}\n', time: 1_700_000_000_123 }
  expect(JSON.parse(encodeEnvelope('orders', 'ep000001-7', event))).toEqual({
    channel: 'orders',
    position: 'ep000001-7',
    event: 'tick',
    data: '{"a":"\u2028"}\n',
    time: '2023-11-14T22:13:20.123Z',
  })
})
