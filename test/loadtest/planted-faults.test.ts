import { expect, test } from 'vitest'
import { DrivenLoad } from './driven-load.ts'
import { startFaultyServer, type Fault } from './faulty-server.ts'
import { CLEAN } from './planted-sights.ts'

const SUBSCRIBERS = 10
const CHANNELS = ['a', 'b']
/** Events a second and seconds: 10 ms apart, 20 ms within a channel. */
const PUBLISHING = { rate: 100, seconds: 2, bytes: 200 }
const EVENTS = PUBLISHING.rate * PUBLISHING.seconds
const DELIVERIES = (EVENTS / CHANNELS.length) * SUBSCRIBERS

const FAULTLESS = { ...CLEAN, owed: DELIVERIES }

// The last event of a channel, its 100th, is hit by none of these.
const EVERY = 7
const HIT = Math.floor(EVENTS / CHANNELS.length / EVERY) * SUBSCRIBERS

async function run(fault: Fault) {
  await using server = await startFaultyServer(fault)
  await using load = await DrivenLoad.start(server.url, CHANNELS)
  await load.subscribe(SUBSCRIBERS)
  await load.publisher.publish(PUBLISHING)
  const { examples, unknowns: _, ...judgement } = await load.judge(fault.kind === 'drop' ? 0.5 : 10)
  return {
    judgement,
    examples,
    published: load.total('published'),
    faults: load.total('faults'),
    cuts: load.total('cuts'),
    reasons: load.reasons,
    heldBack: load.total('heldBack') / DELIVERIES,
    heldBackLong: load.total('heldBackLong') / DELIVERIES,
    delivery: load.histogram('delivery'),
  }
}

test('an honest server is judged clean', async () => {
  const { judgement, examples, published, heldBack, delivery } = await run({ kind: 'none' })
  expect(judgement).toEqual(FAULTLESS)
  expect(examples).toEqual([])
  expect(published).toBe(EVENTS)
  expect(delivery.count).toBe(DELIVERIES)
  expect(heldBack).toBeLessThan(0.1)
})

test('dropped events are lost, and nothing else', async () => {
  const { judgement, examples } = await run({ kind: 'drop', every: EVERY })
  expect(judgement).toEqual({ ...FAULTLESS, lost: HIT })
  expect(examples[0]).toBe('a, subscriber 1 never got faulty00-7, and no gap announced it')
})

test('repeated events are duplicated, and nothing else', async () => {
  const { judgement } = await run({ kind: 'repeat', every: EVERY })
  expect(judgement).toEqual({ ...FAULTLESS, duplicated: HIT })
})

test('events that a later one overtook are reordered, and nothing else', async () => {
  const { judgement } = await run({ kind: 'reorder', every: EVERY })
  expect(judgement).toEqual({ ...FAULTLESS, reordered: HIT })
})

test('changed data is corrupted, and nothing else', async () => {
  const { judgement } = await run({ kind: 'corrupt', every: EVERY })
  expect(judgement).toEqual({ ...FAULTLESS, corrupted: HIT })
})

test('a delay shows in the latency of each event, and nowhere else', async () => {
  const { judgement, delivery } = await run({ kind: 'delay', by: 700 })
  expect(judgement).toEqual(FAULTLESS)
  expect(delivery.percentile(0)).toBeGreaterThanOrEqual(699_000)
})

test('a stream that ends with a fault is counted as one, and resumed', async () => {
  const { judgement, faults, cuts, reasons } = await run({ kind: 'fault', every: EVERY })
  expect(judgement).toEqual(FAULTLESS)
  expect([faults, cuts]).toEqual([HIT, 0])
  expect(reasons).toEqual({ faults: { 'runnel.fault (planted)': HIT } })
})

test('a replay that drips shows in the time to be caught up', async () => {
  await using server = await startFaultyServer({ kind: 'drip', interval: 50 })
  await using load = await DrivenLoad.start(server.url, ['a'])
  await load.publisher.publishAtOnce({ events: 20, bytes: 100, inFlight: 4 })
  const reading = { kind: 'at-once' } as const
  const replaying = { count: SUBSCRIBERS, kind: 'stream', reading, from: 'earliest' } as const
  await load.subscribers.subscribe({ ...replaying, history: 20 })
  const owed = 20 * SUBSCRIBERS
  expect(await load.judge(10)).toMatchObject({ owed, lost: 0 })
  const caughtUp = load.histogram('caughtUp')
  expect(caughtUp.count).toBe(SUBSCRIBERS)
  // The first of 20 comes at once.
  expect(caughtUp.percentile(0)).toBeGreaterThanOrEqual(949_000)
})

// A driver that reads late itself does not blame the way: on a busy machine a run may show less.
test('events that wait for each other are held back, and nothing else', { retry: 3 }, async () => {
  const { judgement, heldBack, heldBackLong } = await run({ kind: 'hold-back', interval: 1_000 })
  expect(judgement).toEqual(FAULTLESS)
  expect(heldBack).toBeGreaterThan(0.1)
  expect(heldBackLong).toBeGreaterThan(0.1)
})
