import { expect, test } from 'vitest'
import { FULL, type Amounts } from '../../bench/amounts.ts'
import type { Contender } from '../../bench/contenders/contender.ts'
import type { Row } from '../../bench/rows/row.ts'
import { runRounds } from '../../bench/run-rounds.ts'

/** How often each of two rows is measured, one of which has five rounds at least. */
async function countRounds(amounts: Partial<Amounts>) {
  const prepared = { version: '1', start: () => Promise.reject(new Error('nothing is started')) }
  const contender: Contender = { name: 'one', title: 'One', prepare: async () => prepared }
  const row: Row = {
    name: 'usual',
    title: 'a row',
    contenders: [contender],
    comparison: 'first ÷ other',
    figures: [],
    measure: async () => ({}),
  }
  const rows = [row, { ...row, name: 'often', leastRounds: 5 }]
  const ready = new Map([[contender, prepared]])
  const measured = await runRounds(rows, ready, { ...FULL, ...amounts }, () => undefined)
  return measured.map(({ entries }) => entries[0]!.values.length)
}

test('a row may need more rounds than others', async () => {
  expect(await countRounds({ rounds: 3 })).toEqual([3, 5])
  expect(await countRounds({ rounds: 9 })).toEqual([9, 9])
})

test('a smoke test is brief in all rows', async () => {
  expect(await countRounds({ rounds: 1, isSmokeTest: true })).toEqual([1, 1])
})
