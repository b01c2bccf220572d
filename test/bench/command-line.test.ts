import { expect, test } from 'vitest'
import { parseOptions } from '../../bench/command-line.ts'

test('a record is of all that is measured, in the usual number of rounds or more', () => {
  for (const flags of [['--quick'], ['--only', 'paced'], ['--contenders', 'nchan']]) {
    expect(() => parseOptions(['--record', ...flags])).toThrow(
      'expected --record without --quick, --only and --contenders: it is of all',
    )
  }
  expect(() => parseOptions(['--record', '--rounds', '2'])).toThrow(
    '--record: expected 3 rounds or more, got 2',
  )
  expect(() => parseOptions(['--record', '--profile', 'build'])).toThrow(
    'expected --record without --profile: figures of a profiled server are too high',
  )
  expect(parseOptions(['--record', '--rounds', '5']).amounts).toMatchObject({
    rounds: 5,
    isSmokeTest: false,
  })
})

test('the command of a result has its flags', () => {
  expect(parseOptions([]).command).toBe('make bench')
  expect(parseOptions(['--record', '--json', 'a.json']).command).toBe('make bench ARGS="--record"')
  expect(parseOptions(['--json=a.json']).command).toBe('make bench')
  expect(parseOptions(['--quick', '--profile', 'build']).command).toBe('make bench ARGS="--quick"')
  expect(parseOptions(['--record', '--rounds', '5']).command).toBe(
    'make bench ARGS="--record --rounds 5"',
  )
})

test('a smoke test says that it is one, in any number of rounds', () => {
  expect(parseOptions(['--quick', '--rounds', '5']).amounts.isSmokeTest).toBe(true)
})
