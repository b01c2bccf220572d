import { expect, test } from 'vitest'
import type { Fault } from './fault.ts'
import { formatReport, isGood } from './report.ts'
import { selectFaults } from './select-faults.ts'
import type { Verdict } from './try-faults.ts'

const FAULT: Fault = { file: 'a.ts', what: 'W.', find: 'a', replace: 'b', seenBy: 'a.test.ts' }
const ROOMS = {
  capacity: { tests: [], faults: [FAULT, { ...FAULT, file: 'b.ts' }] },
  log: { tests: [], faults: [FAULT] },
}

function verdicts(kinds: Partial<Record<Verdict['kind'], number>>, room = 'log'): Verdict[] {
  return Object.entries(kinds).flatMap(([kind, count]) =>
    Array.from({ length: count }, () => ({
      kind: kind as Verdict['kind'],
      tried: { name: `${room}/1`, room, fault: FAULT },
      by: [],
      milliseconds: 1,
      left: 0,
    })),
  )
}

test.for([
  [{ caught: 19, answered: 1 }, true],
  [{ caught: 18, hung: 1, answered: 1 }, true],
  [{ caught: 18, answered: 2 }, false],
  [{ caught: 99, unseen: 1 }, false],
] as const)('of whole lists, %o is good: %s', ([kinds, expected]) => {
  expect(isGood(verdicts(kinds), true)).toBe(expected)
})

test('a few faults are good without one that is unseen', () => {
  expect(isGood(verdicts({ answered: 1 }), false)).toBe(true)
  expect(isGood(verdicts({ caught: 1, unseen: 1 }), false)).toBe(false)
})

test('the table has a line a room, and names what is unseen', () => {
  const all = [
    ...verdicts({ caught: 2, hung: 1 }, 'capacity'),
    ...verdicts({ unseen: 1, answered: 1 }),
  ]
  expect(formatReport(all)).toBe(
    [
      'room      faults  caught  of them by a hang  unseen  answered',
      'capacity       3       3                  1       0         0',
      'log            2       0                  0       1         1',
      'all            5       3                  1       1         1',
      '',
      'unseen     log/1  a.ts: W.  (0.0 s)',
      '',
    ].join('\n'),
  )
})

test.for([
  [[], ['capacity/1', 'capacity/2', 'log/1']],
  [['log'], ['log/1']],
  [['a.ts'], ['capacity/1', 'log/1']],
  [
    ['capacity/2', 'log'],
    ['capacity/2', 'log/1'],
  ],
] as const)('%j selects %j', ([words, names]) => {
  expect(selectFaults(ROOMS, words).map(({ name }) => name)).toEqual(names)
})

test('a word that selects nothing is an error', () => {
  expect(() => selectFaults(ROOMS, ['capacity/3'])).toThrow(/expected a room \(capacity, log\)/)
})
