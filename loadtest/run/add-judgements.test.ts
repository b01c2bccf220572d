import { expect, test } from 'vitest'
import type { Judgement } from '../driver/commands.ts'
import { addJudgements } from './add-judgements.ts'

const JUDGEMENT: Judgement = {
  owed: 10,
  lost: 1,
  announced: 0,
  notReplayed: 2,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  falseGaps: 0,
  examples: [],
  unknowns: [],
}

/** A driver whose subscribers got an event of unknown outcome. */
function seen(position: string, number: number, deliveries: number): Judgement {
  return { ...JUDGEMENT, unknowns: [{ channel: 'news', position, number, deliveries }] }
}

test('counts of drivers are added, and events on which they agree are right', () => {
  const sum = addJudgements(seen('epoch000-1', 1, 3), seen('epoch000-1', 1, 4))
  expect(sum).toMatchObject({ owed: 20, lost: 2, notReplayed: 4, duplicated: 0, corrupted: 0 })
})

test('an unknown event at two positions is duplicated, though no driver saw both', () => {
  const sum = addJudgements(seen('epoch000-1', 1, 3), seen('epoch000-2', 1, 4))
  expect(sum).toMatchObject({ duplicated: 4, corrupted: 0 })
  expect(sum.examples).toEqual(['news has event 1 at epoch000-1 and epoch000-2'])
})

test('two unknown events at one position are corrupted, though no driver saw both', () => {
  const three = [seen('epoch000-1', 1, 3), JUDGEMENT, seen('epoch000-1', 2, 4)]
  expect(three.reduce(addJudgements)).toMatchObject({ duplicated: 0, corrupted: 4 })
})
