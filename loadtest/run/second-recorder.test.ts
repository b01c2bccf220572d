import { expect, test } from 'vitest'
import { byHistogram, NO_COUNTS, type Tally } from '../driver/tally.ts'
import { SecondRecorder } from './second-recorder.ts'

const NO_FLEET = { servers: [], replicas: undefined }

function tally(at: number, deliveries: number, open: number): Tally {
  return {
    at,
    seconds: 1,
    gauges: { subscribers: open, open, waiting: 0 },
    counts: { ...NO_COUNTS, deliveries },
    reasons: {},
    // Two deliveries of a second, and one of three.
    histograms: byHistogram((name) => (name === 'delivery' ? [1e6, 2, 3e6, 1] : [])),
    driver: { cpu: 0, loopDelay: 0, rss: 0 },
  }
}

test('the tallies of all drivers are in the second that they are mostly of', () => {
  const recorder = new SecondRecorder(100)
  recorder.add(0, tally(101.4, 10, 3))
  recorder.add(1, tally(101.1, 5, 4))
  recorder.add(1, tally(101.8, 1, 4))
  const [first, second] = recorder.take(106, NO_FLEET)
  expect(first).toMatchObject({ second: 0, deliveries: 15, open: 7 })
  expect(first?.deliveryP50).toBeCloseTo(1_000, -1)
  expect(first?.deliveryMax).toBeCloseTo(3_000, -1)
  expect(second).toMatchObject({ second: 1, deliveries: 1 })
})

test('a second is not taken while its tallies may still come', () => {
  const recorder = new SecondRecorder(100)
  expect(recorder.take(101.5, NO_FLEET)).toEqual([])
  expect(recorder.take(101.7, NO_FLEET)).toHaveLength(1)
})

test('a second waits for a driver that is late, but not for ever', () => {
  const recorder = new SecondRecorder(100)
  recorder.add(0, tally(101.2, 5, 1))
  recorder.add(1, tally(100.9, 5, 1))
  expect(recorder.take(102.5, NO_FLEET)).toEqual([])
  recorder.add(1, tally(101.1, 2, 1))
  expect(recorder.take(102.5, NO_FLEET)).toMatchObject([{ second: 0, deliveries: 12 }])
  expect(recorder.take(105.9, NO_FLEET)).toEqual([])
  expect(recorder.take(106.1, NO_FLEET)).toMatchObject([{ second: 1, deliveries: 0 }])
})

test('what comes later still counts', () => {
  const recorder = new SecondRecorder(100)
  recorder.take(104, NO_FLEET)
  recorder.add(0, tally(101, 7, 1))
  const rest = recorder.take(104, NO_FLEET, true)
  expect(rest.map(({ deliveries }) => deliveries)).toEqual([7])
})

test('some seconds are one sum, without those before and after them', () => {
  const recorder = new SecondRecorder(100)
  const sum = recorder.sumOf(1, 2)
  for (const second of [0, 1, 2, 3]) recorder.add(0, tally(101 + second, 10 ** second, 1))
  recorder.take(200, NO_FLEET)
  expect(sum.counts.deliveries).toBe(110)
  // Of six deliveries, two took three seconds.
  expect(sum.percentile('delivery', 60)).toBeCloseTo(1_000, -1)
  expect(sum.percentile('delivery', 70)).toBeCloseTo(3_000, -1)
})
