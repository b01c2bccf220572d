import { expect, test } from 'vitest'
import { ReasonCounts } from './reason-counts.ts'

test('the local address of a connection makes no reason of its own', () => {
  const reasons = new ReasonCounts()
  const why = 'connect EADDRNOTAVAIL 10.0.0.7:80'
  reasons.add('connectFailures', `${why} - Local (127.1.0.1:0)`)
  reasons.add('connectFailures', `${why} - Local (127.1.0.2:0)`)
  expect(reasons.encode()).toEqual({ connectFailures: { [why]: 2 } })
})

test('ten kinds are told apart for each count, and none is longer than a line', () => {
  const reasons = new ReasonCounts()
  for (let index = 0; index < 30; index++) reasons.add('cuts', `reason ${index}`)
  reasons.add('cuts', 'reason 3')
  reasons.add('deadEnds', 'type '.padEnd(10_000, 'x'))
  const { cuts = {}, deadEnds = {} } = reasons.encode()
  expect(Object.keys(cuts)).toHaveLength(11)
  expect(cuts).toMatchObject({ 'reason 0': 1, 'reason 3': 2, 'other reasons': 20 })
  expect(Object.keys(deadEnds).map(({ length }) => length)).toEqual([200])
})
