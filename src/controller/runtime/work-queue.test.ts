import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import { sleep } from './clock.ts'
import { WorkQueue, type WorkQueueOptions } from './work-queue.ts'

const NEVER = new AbortController().signal

test('of many additions each key is worked on alone, and at least once after its last', async () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    pause: fc.constantFrom(0, 0, 0, 5),
    duration: fc.nat({ max: 20 }),
    fails: fc.boolean(),
  })
  const steps = fc.array(step, { minLength: 1_000, maxLength: 1_000 })
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (script, concurrency) => {
      const clock = new ManualClock()
      const running = new Set<string>()
      const added = new Map<string, number>()
      const begun = new Map<string, number>()
      let order = 0
      let most = 0
      let overlaps = 0
      const queue = openQueue(clock, {
        concurrency,
        rate: { burst: 1_000, perSecond: 1_000 },
        work: async (key) => {
          begun.set(key, ++order)
          if (running.has(key)) overlaps++
          running.add(key)
          most = Math.max(most, running.size)
          const { duration, fails } = script[order % script.length]!
          await sleep(clock, duration, NEVER)
          running.delete(key)
          if (fails && order < 10_000) throw new Error('failed')
        },
      })
      queue.start()

      for (const { key, pause } of script) {
        if (pause > 0) await clock.advance(pause)
        added.set(key, ++order)
        queue.add(key)
      }
      await clock.advance(2_000)

      expect(overlaps).toBe(0)
      expect(most).toBeLessThanOrEqual(concurrency)
      for (const [key, at] of added) expect(begun.get(key)).toBeGreaterThan(at)
    }),
    { numRuns: 20, endOnFailure: true },
  )
})

test('keys that are added before the start are worked on after it', async () => {
  const clock = new ManualClock()
  const { queue, worked } = recordWork(clock)
  queue.add('a')
  queue.add('a')
  queue.addAfter('b', 100)
  await clock.advance(1_000)
  expect(worked).toEqual([])
  expect(queue.depth).toBe(2)

  queue.start()
  await clock.advance(0)

  expect(worked).toEqual(['a', 'b'])
  expect(queue.depth).toBe(0)
})

test('work that always fails is tried again ever later, up to a limit', async () => {
  const clock = new ManualClock()
  const times: number[] = []
  const queue = openQueue(clock, {
    work: async () => {
      times.push(clock.now())
      throw new Error('never works')
    },
  })
  queue.start()
  queue.add('a')
  await clock.advance(24 * 3_600_000)

  const waits = times.slice(1).map((time, index) => time - times[index]!)
  for (const [index, wait] of waits.entries()) {
    const due = Math.min(5 * 2 ** index, 16 * 60_000)
    expect(wait).toBeGreaterThanOrEqual(Math.floor(due / 2))
    expect(wait).toBeLessThanOrEqual(due)
  }
  // 18 attempts in the first half hour, then one in 8 to 16 minutes.
  expect(times.length).toBeLessThan(18 + 24 * 8)
  expect(times.length).toBeGreaterThan(18 + 23 * 3)
})

test('success ends the back-off', async () => {
  const clock = new ManualClock()
  const delays: number[] = []
  let fails = true
  const queue = openQueue(clock, {
    work: async () => {
      if (fails) throw new Error('failed')
    },
    observer: { ...SILENT, retrying: (_key, _error, delay) => delays.push(delay) },
  })
  queue.start()
  queue.add('a')
  await clock.advance(10_000)
  expect(delays.at(-1)).toBeGreaterThan(1_000)

  fails = false
  await clock.advance(20_000)
  fails = true
  const before = delays.length
  queue.add('a')
  await clock.advance(0)

  expect(delays[before]).toBeLessThanOrEqual(5)
})

test('a pause that the API server asks for is kept', async () => {
  const clock = new ManualClock()
  const times: number[] = []
  const queue = openQueue(clock, {
    work: async () => {
      times.push(clock.now())
      if (times.length === 1) {
        throw new ClusterError('too-many-requests', 'later', { retryAfter: 7_000 })
      }
    },
  })
  queue.start()
  queue.add('a')
  await clock.advance(10_000)

  expect(times).toEqual([0, 7_000])
})

test('the rate over all keys is limited', async () => {
  const clock = new ManualClock()
  const { queue, worked } = recordWork(clock, { rate: { burst: 5, perSecond: 2 }, concurrency: 10 })
  queue.start()
  for (let index = 0; index < 100; index++) queue.add(`key ${index}`)

  await clock.advance(0)
  expect(worked).toHaveLength(5)
  await clock.advance(10_000)
  expect(worked).toHaveLength(25)
})

test('of several delays of a key the shortest counts, and work before it makes it void', async () => {
  const clock = new ManualClock()
  const { queue, worked } = recordWork(clock)
  queue.start()

  queue.addAfter('a', 300)
  queue.addAfter('a', 100)
  queue.addAfter('a', 200)
  await clock.advance(99)
  expect(worked).toEqual([])
  await clock.advance(1_000)
  expect(worked).toEqual(['a'])

  queue.addAfter('a', 300)
  queue.add('a')
  await clock.advance(1_000)
  expect(worked).toEqual(['a', 'a'])
})

test('closing waits for the work that has begun, and begins no other', async () => {
  const clock = new ManualClock()
  const { queue, worked } = recordWork(clock, {}, 1_000)
  queue.start()
  queue.add('a')
  queue.add('b')
  queue.addAfter('c', 10)
  await clock.advance(5)

  let isClosed = false
  const closing = queue.close().then(() => (isClosed = true))
  await clock.advance(500)
  expect(isClosed).toBe(false)
  queue.add('d')
  queue.addAfter('e', 1)
  await clock.advance(500)
  await closing

  await clock.advance(10_000)
  expect(worked).toEqual(['a'])
  expect(clock.pending).toBe(0)
})

test('work that fails while the queue closes is not tried again', async () => {
  const clock = new ManualClock()
  const retried: string[] = []
  const queue = openQueue(clock, {
    observer: { ...SILENT, retrying: (key) => retried.push(key) },
    work: async () => {
      await sleep(clock, 100, NEVER)
      throw new Error('failed')
    },
  })
  queue.start()
  queue.add('a')
  await clock.advance(0)

  const closing = queue.close()
  await clock.advance(100)
  await closing

  expect(retried).toEqual([])
  expect(clock.pending).toBe(0)
})

const SILENT = { enqueued: () => {}, worked: () => {}, retrying: () => {} }

function openQueue(
  clock: ManualClock,
  options: Partial<WorkQueueOptions> & Pick<WorkQueueOptions, 'work'>,
): WorkQueue {
  return new WorkQueue({ observer: SILENT, clock, ...options })
}

/** Notes each key when its work ends, after so many ms. */
function recordWork(
  clock: ManualClock,
  options: Partial<WorkQueueOptions> = {},
  duration = 0,
): { queue: WorkQueue; worked: string[] } {
  const worked: string[] = []
  const queue = openQueue(clock, {
    ...options,
    work: async (key) => {
      if (duration > 0) await sleep(clock, duration, NEVER)
      worked.push(key)
    },
  })
  return { queue, worked }
}
