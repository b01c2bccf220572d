import { expect, test } from 'vitest'
import { traceContext } from '../../test/support/recording-tracing.ts'
import { SeenAppends } from './seen-appends.ts'

function append(traceNumber: number) {
  const trace = traceContext(traceNumber)
  return { channel: 'a', epoch: 'ep000001', first: 1, last: 2, trace }
}

test('the oldest appends are forgotten, those that were added again stay', () => {
  const seen = new SeenAppends()
  for (let number = 1; number <= 10_000; number++) seen.add(append(number))
  seen.add(append(1))
  expect([1, 2, 3].map((number) => seen.has(append(number)))).toEqual([true, true, true])
  seen.add(append(10_001))
  seen.add(append(10_002))
  expect([1, 2, 3, 4].map((number) => seen.has(append(number)))).toEqual([true, false, false, true])
})
