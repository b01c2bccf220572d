import { expect, test } from 'vitest'
import { fanOut } from '../scenarios/fan-out.ts'
import { k6Thresholds, verdicts } from './thresholds.ts'

test('thresholds of the same metric stand together, and those of unknown figures are left out', () => {
  expect(k6Thresholds({ lost: 0, deliveryP50: 20, deliveryP99: 500, serverRss: 100 })).toEqual({
    lost: ['count<=0'],
    delivery: ['p(50)<=20', 'p(99)<=500'],
  })
})

test('no threshold of the scenario is left out', () => {
  // The script counts the subscribers that got the last event instead, and any gap, be it true or false.
  const { silentAtEnd, falseGaps, announced, ...others } = fanOut.thresholds
  expect({ silentAtEnd, falseGaps, announced }).toEqual({
    silentAtEnd: 0,
    falseGaps: 0,
    announced: 0,
  })
  const count = Object.values(k6Thresholds(fanOut.thresholds)).flat().length
  expect(count).toBe(Object.keys({ announced, ...others }).length)
})

test('each threshold has a verdict with its value', () => {
  const summary = {
    metrics: {
      lost: { values: { count: 3 }, thresholds: { 'count<=0': { ok: false } } },
      delivery: { values: { 'p(99)': 12.3456 }, thresholds: { 'p(99)<=500': { ok: true } } },
      iterations: { values: { count: 9 } },
    },
  }
  expect(verdicts(summary).trim().split('\n')).toEqual([
    'NOT MET  lost count<=0 (3)',
    'met      delivery p(99)<=500 (12.35)',
  ])
})
