import { expect, test } from 'vitest'
import type { Result } from '../../bench/results/result.ts'
import { formatReport } from '../../bench/results/text-report.ts'

/** One row of three rounds, in which the ratios have another order than the values. */
const RESULT: Result = {
  version: 1,
  command: 'by hand',
  startedAt: '2026-11-27T07:00:00Z',
  machine: { cores: 2, model: 'm', memory: 1, kernel: 'k', node: 'v24', loadAverage: 0 },
  rounds: 3,
  isSmokeTest: false,
  versions: {},
  missing: [{ contender: 'Mercure', reason: 'expected Go 1.26 or later' }],
  rows: [
    {
      name: 'paced',
      title: 'a fan-out',
      note: 'A note.',
      comparison: 'first ÷ other',
      figures: [
        {
          key: 'deliveries',
          name: 'deliveries',
          unit: 'thousand',
          digits: 0,
          targets: [
            { contender: 'nchan', of: 'ratio', atLeast: 1.15 },
            { contender: 'send-loop', of: 'ratio', atLeast: 0.65 },
          ],
        },
        {
          key: 'heap',
          name: 'heap',
          unit: 'KB',
          digits: 1,
          targets: [{ contender: 'runnel', of: 'value', atMost: 2.5 }],
        },
      ],
      entries: [
        entry('runnel', 'Runnel', [
          { deliveries: 100, heap: 2 },
          { deliveries: 300, heap: 2.6 },
          { deliveries: 200, heap: 2.2 },
        ]),
        entry('nchan', 'nchan', [{ deliveries: 50 }, { deliveries: 300 }, { deliveries: 160 }]),
        entry('send-loop', 'C', [{ deliveries: 200 }, { deliveries: 600 }, { deliveries: 400 }]),
        { ...entry('node-http', 'node:http', [{ deliveries: 1 }]), refused: '3 of 9 are missing' },
      ],
    },
  ],
}

function entry(contender: string, title: string, values: readonly Record<string, number>[]) {
  return { contender, title, values, refused: undefined }
}

const text = formatReport(RESULT)
const lines = text.split('\n').map((line) => line.trim().split(/ {2,}/))

test('ratios are medians of the ratios of each round, with the target beside', () => {
  expect(lines).toContainEqual(['Runnel', '200 (100–300)'])
  expect(lines).toContainEqual(['nchan', '160 (50–300)', '1.25 (1.00–2.00), ≥ 1.15: met'])
  expect(lines).toContainEqual(['C', '400 (200–600)', '0.50 (0.50–0.50), ≥ 0.65: not met'])
})

test('a target of a figure stands beside it, and who lacks the figure has no line', () => {
  const heap = lines.findIndex(([name]) => name === 'heap, KB')
  expect(lines[heap + 1]).toEqual(['Runnel', '2.2 (2.0–2.6), ≤ 2.5: met'])
  expect(lines[heap + 2]).toEqual([''])
})

test('a row begins with its note, and says how many rounds it has where these are more', () => {
  expect(text).toContain('# a fan-out\n\nA note.\n\n')
  expect(formatReport({ ...RESULT, rounds: 1 })).toContain('A note.\n\nMedians of 3 rounds.\n')
})

test('who was refused or could not be built has no figures, and is named with the reason', () => {
  expect(lines.flat()).toContain('No figures of node:http: 3 of 9 are missing')
  expect(lines.flat()).toContain('Left out: Mercure: expected Go 1.26 or later')
  expect(lines.map(([name]) => name)).not.toContain('node:http')
})
