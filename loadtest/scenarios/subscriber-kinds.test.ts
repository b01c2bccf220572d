import { expect, test } from 'vitest'
import { CALM, FakeLoadTest, GOOD } from './fake-load-test.ts'
import { fanOut } from './fan-out.ts'
import { slowReaders } from './slow-readers.ts'

const COUNTS = [3, 4, 9, 10, 19, 20, 21, 40, 1_000]

test.each(COUNTS)(
  'a fan-out to %d has streams, polls, and some that switch',
  async (subscribers) => {
    const load = new FakeLoadTest({ ...fanOut.defaults, subscribers })
    await fanOut.run(load)
    const opened = load.opened.filter(({ count = 0 }) => count > 0)
    expect(opened.map(({ kind = 'stream' }) => kind)).toEqual(['stream', 'poll', 'switching'])
    expect(load.subscribers).toBe(subscribers)
  },
)

test.each(COUNTS)(
  'of %d, some never read, some read slowly, and some at once',
  async (subscribers) => {
    const load = new FakeLoadTest({ ...slowReaders.defaults, subscribers })
    await slowReaders.run(load)
    const opened = load.opened.filter(({ count = 0 }) => count > 0)
    const readings = opened.map(({ reading = { kind: 'at-once' } }) => reading.kind)
    expect(readings).toEqual(['at-once', 'never', 'slow'])
    expect(load.subscribers).toBe(subscribers)
  },
)

test('what becomes of slow readers and of the others is told', async () => {
  const all = slowReaders.defaults.subscribers
  const load = new FakeLoadTest(slowReaders.defaults, (subscribers) => ({
    ...GOOD,
    deliveryP99: subscribers < all ? 4 : undefined,
    states: [CALM, { ...CALM, slowCuts: 5, slowGaps: 3 }],
  }))
  await slowReaders.run(load)
  expect(load.notes).toEqual([
    '99th percentile of delivery: 4.0 ms without slow readers, nothing came beside them',
    expect.stringContaining('of 8 slow readers, the server had cut 5;'),
  ])
  expect(load.notes[1]).toContain('and 3 gaps told of events')
})
