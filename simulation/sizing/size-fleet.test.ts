import { expect, test } from 'vitest'
import type { MeasuredFigures } from '../../bench/measured-figures.ts'
import { parseWorkload } from './command-line.ts'
import { rolloutCost } from './rollout-cost.ts'
import { sizeFleet, type Sizing } from './size-fleet.ts'

const measured = <T>(figures: T) => ({ command: 'by hand', machine: 'none', figures })

/** Round numbers, so that the results below can be worked out by hand. */
const FIGURES: MeasuredFigures = {
  service: measured({
    deliveriesPerCpuSecond: 100_000,
    microsecondsToOpen: 500,
    bytesPerStream: 10_000,
    bytesWithoutStreams: 1_000_000,
  }),
  append: measured({ microsecondsPerAppend: 20 }),
  notify: measured({ microsecondsPerPod: 2 }),
  redisMemory: measured({ bytesPerChannel: 5_000, bytesPerEvent: 250, textBytes: 200 }),
}

function sizingOf(options: string): Sizing {
  const workload = parseWorkload(options.split(' '))
  if (workload === undefined) throw new Error('expected a workload')
  return sizeFleet(workload, FIGURES)
}

test('a fleet whose streams decide', () => {
  // One event a second in each of 100 channels, 1,000 subscribers each.
  const { pods, redis } = sizingOf('--subscribers 100000 --channels 100 --events 100')
  expect(pods).toEqual({
    count: 134,
    forStreams: 134,
    forProcessor: 2,
    streamsPerPod: 100_000 / 134,
    deliveriesPerSecond: 100_000,
    corePercent: expect.closeTo(100 / 134, 6) as number,
    bytesAtTarget: 1_000_000 + 750 * 10_000,
    bytesAtLimit: 1_000_000 + 1_500 * 10_000,
  })
  // 1,000 events are kept of each channel, though 3,600 come within their age.
  expect(redis.bytes).toBe(100 * (5_000 + 999 * 250))
  // Nearly all pods have a subscriber of a channel: 100 × (20 + 2 × 133.9) µs.
  expect(redis.cores).toBeCloseTo(0.0288, 3)
  expect(redis.shards).toBe(1)
})

test('a fleet whose deliveries decide', () => {
  const { pods } = sizingOf('--subscribers 1000 --channels 1 --events 1000 --core-percent 50')
  // A million deliveries a second are 10 cores, of each of which half is used.
  expect([pods.forStreams, pods.forProcessor, pods.count]).toEqual([2, 20, 20])
  expect(pods.corePercent).toBe(50)
})

test('two pods at least, since a lost one would end all streams', () => {
  expect(sizingOf('--subscribers 10').pods.count).toBe(2)
})

test('a history that no server has the memory for is divided', () => {
  const { redis } = sizingOf(
    '--channels 100000 --events 1000000 --shard-mib 8192 --core-percent 100',
  )
  // 100,000 × (5,000 + 999 × 250) bytes are 23.7 GiB.
  expect(redis.forMemory).toBe(3)
})

test('longer events take as much more memory as they are longer', () => {
  const short = sizingOf('--channels 10 --events 100').redis.bytes
  const long = sizingOf('--channels 10 --events 100 --event-bytes 300').redis.bytes
  expect(long - short).toBe(10 * 1_000 * 100)
})

test('the loss of a node and of a zone', () => {
  // 20 pods of 750 streams: 2 on a node, 5 in each of 4 zones.
  const sizing = sizingOf('--subscribers 15000 --pods-per-node 2 --zones 4 --retry 3')
  expect(sizing.node).toEqual({
    pods: 2,
    reconnects: 1_500,
    reconnectsPerSecond: 500,
    corePercent: ((500 * 500) / 1e6 / 18) * 100,
    loadPercentAfter: (15_000 / (18 * 1_500)) * 100,
  })
  expect(sizing.zone).toMatchObject({ pods: 5, reconnects: 3_750, reconnectsPerSecond: 1_250 })
})

test('a small fleet is spread over the zones, so that no node holds all of it', () => {
  const { pods, node } = sizingOf('--subscribers 1000 --pods-per-node 10 --zones 3')
  expect([pods.count, node.pods, node.loadPercentAfter]).toEqual([2, 1, (1_000 / 1_500) * 100])
})

test('a rollout whose streams all come back once at the least, and at the most e − 1 times', () => {
  // 3 pods, one at a time: 1/3 + 4/9 + 16/27.
  expect(rolloutCost(3, 1).reconnects).toBeCloseTo(37 / 27, 10)
  expect(rolloutCost(3, 1).peak).toBeCloseTo(16 / 9, 10)
  expect(rolloutCost(10, 10)).toEqual({ reconnects: 1, peak: 1 })
  expect(rolloutCost(1_000_000, 1).reconnects).toBeCloseTo(Math.E - 1, 4)
})

test.for<[options: string, message: string]>([
  ['--subscribers 0', 'expected a whole number from 1 to 1000000000 for --subscribers, got 0'],
  ['--zones two', 'expected a whole number from 2 to 100 for --zones, got two'],
  ['--target 800 --limit 700', 'expected --target of at most --limit, got 800 and 700'],
])('%s is refused', ([options, message]) => {
  expect(() => parseWorkload(options.split(' '))).toThrow(message)
})
