import { expect, test } from 'vitest'
import { fanOut } from '../scenarios/fan-out.ts'
import { k6Thresholds, unmeasured, verdicts } from './thresholds.ts'

test('thresholds of the same metric stand together, and those of other figures are named as left out', () => {
  const thresholds = { lost: 0, deliveryP50: 20, serverRss: 100, deliveryP99: 500, cuts: 0 }
  expect(k6Thresholds(thresholds)).toEqual({
    lost: ['count<=0'],
    delivery: ['p(50)<=20', 'p(99)<=500'],
  })
  expect(unmeasured(thresholds)).toEqual(['cuts', 'serverRss'])
})

test('no threshold of the scenario is left out but for those that others stand for', () => {
  // The script counts the subscribers that got the last event instead, and any gap, be it true or false.
  expect(unmeasured(fanOut.thresholds)).toEqual(['falseGaps', 'silentAtEnd'])
  expect(fanOut.thresholds).toMatchObject({ silentAtEnd: 0, falseGaps: 0, announced: 0 })
  const count = Object.values(k6Thresholds(fanOut.thresholds)).flat().length
  expect(count).toBe(Object.keys(fanOut.thresholds).length - 2)
})

test('each threshold has a verdict with its value, and the last line names what has none', () => {
  const summary = {
    metrics: {
      lost: { values: { count: 3 }, thresholds: { 'count<=0': { ok: false } } },
      delivery: { values: { 'p(99)': 12.3456 }, thresholds: { 'p(99)<=500': { ok: true } } },
      iterations: { values: { count: 9 } },
    },
  }
  const lines = ['NOT MET  lost count<=0 (3)', 'met      delivery p(99)<=500 (12.35)']
  expect(verdicts(summary, []).trim().split('\n')).toEqual(lines)
  expect(verdicts(summary, ['cuts', 'falseGaps']).trim().split('\n')).toEqual([
    ...lines,
    'not measured by this script: cuts, falseGaps',
  ])
})
