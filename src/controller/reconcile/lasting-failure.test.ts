import { expect, test } from 'vitest'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import { LastingFailure } from './lasting-failure.ts'

const MINUTE = 60_000

test('an error of the API server is told once it has lasted, and one success begins anew', async () => {
  const clock = new ManualClock()
  const lasting = new LastingFailure(clock)
  const errors = [clusterError('unavailable', 'away.')]

  expect(lasting.note(errors)).toBeUndefined()
  await clock.advance(MINUTE)
  expect(lasting.note(errors)).toMatchObject({ reason: 'ApiUnavailable' })
  expect(lasting.note([])).toBeUndefined()
  expect(lasting.note(errors)).toBeUndefined()
})

test.for([
  ['no answer', new ClusterError('unavailable', 'no answer.')],
  ['a conflict', clusterError('conflict', 'changed meanwhile.')],
  ['a refusal', clusterError('forbidden', 'not allowed.')],
  ['a fault of the controller', new Error('fault')],
] as const)('%s is not told, however long it lasts', async ([, error]) => {
  const clock = new ManualClock()
  const lasting = new LastingFailure(clock)

  lasting.note([error])
  await clock.advance(MINUTE)
  expect(lasting.note([error])).toBeUndefined()
})
