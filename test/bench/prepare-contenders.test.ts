import { expect, test } from 'vitest'
import type { Contender, Prepared } from '../../bench/contenders/contender.ts'
import { assertNoneMissing, prepareContenders } from '../../bench/prepare-contenders.ts'

function contender(title: string, prepare: () => Promise<Prepared>): Contender {
  return { name: title.toLowerCase(), title, prepare }
}

test('who cannot be prepared is named with the reason, and is an error where all are needed', async () => {
  const prepared = { version: '1', start: () => Promise.reject(new Error('nothing is started')) }
  const one = contender('One', async () => prepared)
  const other = contender('Other', async () => {
    throw new Error('cc ended with 1:\nother.c:1: error: no such thing')
  })

  const { ready, missing } = await prepareContenders([one, other], () => undefined)

  expect([...ready.keys()]).toEqual([one])
  expect(missing).toEqual([{ contender: 'Other', reason: 'other.c:1: error: no such thing' }])
  expect(() => {
    assertNoneMissing(missing)
  }).toThrow(
    'expected all contenders; bench/prepare.sh installs those of Debian\n' +
      'Other is missing: other.c:1: error: no such thing',
  )
  assertNoneMissing([])
})
