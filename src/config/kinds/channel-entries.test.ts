import { expect, test } from 'vitest'
import { channelEntries } from './channel-entries.ts'

const kind = channelEntries(3)

test('an entry is a channel, or the beginning of names', () => {
  expect(kind.parse('orders, user.*,.*, orders')).toEqual({
    ok: true,
    value: ['orders', 'user.*', '.*'],
  })
  expect(kind.parse('')).toEqual({ ok: true, value: [] })
})

test.for(['*', 'user.*.a', '*.orders', 'a b', '.', 'user.**'])('%j is no entry', (text) => {
  expect(kind.parse(text)).toEqual({
    ok: false,
    problem: `expected a channel such as orders, or the beginning of names such as user.*, got "${text}"`,
  })
})

test('the number of entries is bounded', () => {
  expect(kind.parse('a,b,c').ok).toBe(true)
  expect(kind.parse('a,b,c,d')).toEqual({
    ok: false,
    problem: 'expected at most 3 channels, got 4',
  })
})

test('no entry is called like the label of all channels that are not listed', () => {
  expect(kind.parse('other')).toMatchObject({ ok: false })
  expect(kind.parse('other*').ok).toBe(true)
})
