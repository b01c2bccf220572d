import { expect, test } from 'vitest'
import { ChannelNames } from './channel-names.ts'

const names = new ChannelNames(['orders', 'user.*', 'user.admin.*', 'user.7'])

test.for([
  ['orders', 'orders'],
  ['orders.eu', 'other'],
  ['user.1', 'user.*'],
  ['user.', 'user.*'],
  ['user', 'other'],
  ['user.7', 'user.7'],
  ['user.77', 'user.*'],
  ['user.admin.1', 'user.admin.*'],
  ['news', 'other'],
] as const)('%s has the label %s', ([channel, label]) => {
  expect(names.labelOf(channel)).toBe(label)
  expect(names.entryOf(channel)).toBe(label === 'other' ? undefined : label)
})

test('without entries all channels have the same label', () => {
  expect(new ChannelNames([]).labelOf('orders')).toBe('other')
})
