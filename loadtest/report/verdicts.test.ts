import { describe, expect, it } from 'vitest'
import { FAKE_FIGURES, fakeResult } from './fake-result.ts'
import { isMet, judgeFigures } from './verdicts.ts'

describe('a threshold', () => {
  it.each([
    ['under its limit', 49.999, true],
    ['exactly at its limit', 50, true],
    ['just over its limit', 50.001, false],
    ['that was not measured', undefined, false],
  ])('of a figure %s', (_, deliveryP99, isExpected) => {
    const verdicts = judgeFigures({ ...FAKE_FIGURES, deliveryP99 }, { deliveryP99: 50 })
    expect(verdicts).toEqual([
      { figure: 'deliveryP99', atMost: 50, got: deliveryP99, isMet: isExpected },
    ])
  })

  it('of 0 is met by 0 alone', () => {
    const verdicts = [0, 1].flatMap((lost) => judgeFigures({ ...FAKE_FIGURES, lost }, { lost: 0 }))
    expect(verdicts.map((verdict) => verdict.isMet)).toEqual([true, false])
  })
})

describe('a run', () => {
  const losing = { ...FAKE_FIGURES, lost: 1 }

  it('is met if all of its thresholds are', () => {
    expect(isMet(fakeResult())).toBe(true)
    expect(isMet(fakeResult({ figures: losing }))).toBe(false)
  })

  it('that was interrupted is not met', () => {
    expect(isMet(fakeResult({ interrupted: 'SIGINT' }))).toBe(false)
  })

  it('of the naive variant may lose events', () => {
    expect(isMet(fakeResult({ variant: 'naive', figures: losing }))).toBe(true)
  })
})
