/** The verdicts on faults of a small tree, and the lists that prove nothing. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Fault, NamedFault } from './fault.ts'
import { makeSmallTree, type SmallTree } from './small-tree.ts'
import { tryAgainst, tryFaults, type TryOptions, type Verdict } from './try-faults.ts'

const SUM = 'export const sum = (a: number, b: number) => a + b\nexport const unused = 1\n'
const SUM_TEST = `import { expect, test } from 'vitest'
import { sum } from './sum.ts'
test('adds one and one (not more)', () => { expect(sum(1, 1)).toBe(2) })
test('adds nothing', () => { expect(sum(0, 0)).toBe(0) })
`
const FAILS_ONCE = `import { existsSync, writeFileSync } from 'node:fs'
test('passes the second time', () => {
  const isFirst = !existsSync('once')
  writeFileSync('once', '')
  expect(isFirst).toBe(false)
})
`
const FILES = {
  'sum.ts': SUM,
  'sum.test.ts': SUM_TEST,
  'broken.test.ts': SUM_TEST.replace('toBe(2)', 'toBe(3)'),
}

const CAUGHT: Fault = {
  file: 'sum.ts',
  what: 'It subtracts.',
  find: 'a + b',
  replace: 'a - b',
  seenBy: 'sum.test.ts',
}
const UNSEEN: Fault = {
  ...CAUGHT,
  what: 'Nobody looks.',
  find: 'unused = 1',
  replace: 'unused = 2',
}
const ANSWERED: Fault = {
  file: 'sum.ts',
  what: 'The order differs.',
  find: 'a + b',
  replace: 'b + a',
  answered: 'changes nothing that anybody can observe, because sums have no order',
}

function named(...faults: readonly Fault[]): readonly NamedFault[] {
  return faults.map((fault, index) => ({ name: `sums/${index + 1}`, room: 'sums', fault }))
}

function optionsFor({ copy }: SmallTree, told: Verdict[] = [], lines: string[] = []): TryOptions {
  return {
    copies: [copy],
    signal: new AbortController().signal,
    onVerdict: (verdict) => told.push(verdict),
    tell: (line) => lines.push(line),
  }
}

test('a fault is caught, unseen or answered, and the tree stays as it is', async () => {
  await using tree = await makeSmallTree(FILES)
  const told: Verdict[] = []
  const one: Fault = { ...CAUGHT, test: 'adds one and one (not more)' }
  const other: Fault = { ...CAUGHT, test: 'adds nothing' }
  const verdicts = await tryFaults(
    named(CAUGHT, UNSEEN, ANSWERED, one, other),
    optionsFor(tree, told),
  )
  expect(verdicts.map(({ kind, by }) => [kind, by])).toEqual([
    ['caught', ['adds one and one (not more)']],
    ['unseen', []],
    ['answered', ['changes nothing that anybody can observe, because sums have no order']],
    ['caught', ['adds one and one (not more)']],
    // With this fault it passes by chance.
    ['unseen', []],
  ])
  expect(told).toEqual(verdicts)
  for (const root of [tree.root, tree.copy.root]) {
    expect(await readFile(join(root, 'sum.ts'), 'utf8')).toBe(SUM)
  }
})

test('a test that fails once without a fault is named, and tried again', async () => {
  await using tree = await makeSmallTree({ ...FILES, 'sum.test.ts': FAILS_ONCE + SUM_TEST })
  const lines: string[] = []
  const verdicts = await tryFaults(named(CAUGHT), optionsFor(tree, [], lines))
  expect(verdicts.map(({ kind, by }) => [kind, by])).toEqual([
    ['caught', ['adds one and one (not more)']],
  ])
  expect(lines[0]).toBe('unchanged  sum.test.ts  failed, tried again: passes the second time')
})

test('all tests of a room show which of them see a fault', async () => {
  await using tree = await makeSmallTree(FILES)
  const faults = named({ ...UNSEEN, find: 'a + b', replace: 'a + b + 1' })
  const [verdict] = await tryAgainst(() => ['sum.test.ts'], faults, optionsFor(tree))
  expect(verdict).toMatchObject({
    kind: 'caught',
    by: ['adds one and one (not more)', 'adds nothing'],
  })
})

test.for<[problem: string, edit: Partial<Fault>, message: RegExp]>([
  [
    'a text that is gone',
    { find: 'a * b' },
    /sums\/1: expected this text once in sum\.ts, got it 0/,
  ],
  ['a text that stands twice', { find: 'export' }, /sums\/1: expected .* got it 2 times/],
  ['a text that stays', { replace: 'a + b' }, /sums\/1: expected another text in place of/],
  ['a text that is no TypeScript', { replace: 'a +' }, /sums\/1: expected TypeScript with this/],
  ['a file that is gone', { file: 'gone.ts' }, /sums\/1: .*gone\.ts/],
  ['a test that fails anyway', { seenBy: 'broken.test.ts' }, /broken\.test\.ts to pass without/],
  ['a test that is gone', { seenBy: 'gone.test.ts' }, /gone\.test\.ts to pass without any fault/],
  [
    'a test without that name',
    { test: 'multiplies' },
    /sum\.test\.ts > multiplies to pass .* no test/,
  ],
])('%s is an error', async ([, edit, message]) => {
  await using tree = await makeSmallTree(FILES)
  const faults = named({ ...CAUGHT, ...edit })
  await expect(tryFaults(faults, optionsFor(tree))).rejects.toThrow(message)
})
