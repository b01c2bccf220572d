import { describe, expect, it } from 'vitest'
import { assertComparable, compare } from './comparison.ts'
import { FAKE_FIGURES, FAKE_MACHINE, fakeReport, fakeResult } from './fake-result.ts'
import type { Figures } from '../figures.ts'

function changeOf(figure: keyof Figures, before: number | undefined, after: number | undefined) {
  const report = (value: number | undefined) =>
    fakeReport(fakeResult({ figures: { ...FAKE_FIGURES, [figure]: value } }))
  const { results } = compare(report(after), report(before))
  return results[0]?.changes.find((change) => change.figure === figure)
}

describe('a figure beside that of an earlier run', () => {
  it.each([
    ['deliveryP99', 100, 120, 'same'],
    ['deliveryP99', 100, 80, 'same'],
    ['deliveryP99', 100, 121, 'worse'],
    ['deliveryP99', 100, 79, 'better'],
    ['deliveryP50', 0.4, 1.4, 'same'],
    ['deliveryP50', 0.4, 1.5, 'worse'],
    ['deliveries', 1_000, 700, 'worse'],
    ['deliveries', 1_000, 1_300, 'better'],
    ['lost', 0, 0, 'same'],
    ['lost', 1_000, 1_001, 'worse'],
    ['lost', 1, 0, 'better'],
    ['mostPods', 3, 3, 'same'],
    ['mostPods', 3, 9, undefined],
    ['serverHeap', undefined, 9, undefined],
    ['serverHeap', 9, undefined, undefined],
  ] as const)('%s: %s, then %s', (figure, before, after, trend) => {
    expect(changeOf(figure, before, after)).toMatchObject({ before, after, trend })
  })

  it('has a ratio unless there is none', () => {
    expect(changeOf('deliveryP99', 100, 150)?.ratio).toBe(1.5)
    expect(changeOf('lost', 0, 3)?.ratio).toBeUndefined()
  })
})

describe('a comparison', () => {
  it('finds the earlier run of the same scenario and variant', () => {
    const naive = fakeResult({ variant: 'naive', startedAt: '2026-11-01T00:00:00Z' })
    const { results } = compare(
      fakeReport({ ...naive, startedAt: 'later' }),
      fakeReport(fakeResult(), naive),
    )
    expect(results.map(({ baselineStartedAt }) => baselineStartedAt)).toEqual([naive.startedAt])
  })

  it('refuses another scenario', () => {
    const other = fakeReport(fakeResult({ scenario: 'idle' }))
    expect(() => compare(other, fakeReport())).toThrow(
      'the baseline is of rollout, and this run of idle',
    )
  })

  it('refuses another variant', () => {
    const other = fakeReport(fakeResult({ variant: 'naive' }))
    expect(() => compare(other, fakeReport())).toThrow(
      'the baseline is of rollout, and this run of rollout (naive)',
    )
  })

  it.each(['subscribers', 'channels', 'rate', 'seconds', 'bytes'] as const)(
    'refuses other %s',
    (name) => {
      const { amounts } = fakeResult()
      const other = fakeResult({ amounts: { ...amounts, [name]: 77 } })
      expect(() => assertComparable([other], fakeReport())).toThrow(
        `has ${name} ${amounts[name]}, and this run 77: run with --${name} ${amounts[name]}`,
      )
    },
  )

  it('warns of another machine, target or version, and of an interrupted run', () => {
    const before = fakeResult({
      target: 'elsewhere',
      versions: { ...fakeResult().versions, Redis: '7.2.1' },
      interrupted: 'SIGINT',
    })
    const baseline = { ...fakeReport(before), machine: { ...FAKE_MACHINE, cores: 64 } }
    expect(compare(fakeReport(), baseline).warnings).toEqual([
      expect.stringContaining('cores: 64 before, 4 after'),
      expect.stringContaining('elsewhere before'),
      expect.stringContaining('Redis differs: 7.2.1 before, 8.0.2 after'),
      expect.stringContaining('earlier run of rollout was interrupted'),
    ])
  })

  it('of alike runs warns of nothing', () => {
    expect(compare(fakeReport(), fakeReport()).warnings).toEqual([])
  })
})
