import { expect, test } from 'vitest'
import { CALM, FakeLoadTest, GOOD } from './fake-load-test.ts'
import { ramp } from './ramp.ts'
import type { Measurement, Now } from './scenario.ts'

const AMOUNTS = { ...ramp.defaults, subscribers: 1_000 }

/** What the run says of a server that is good up to 225 subscribers, and of this kind with more. */
async function noteOf(beyond: Measurement): Promise<string | undefined> {
  const load = new FakeLoadTest(AMOUNTS, (subscribers) => (subscribers > 225 ? beyond : GOOD))
  await ramp.run(load)
  return load.notes[0]
}

function withState(changed: Partial<Now>): Measurement {
  return { ...GOOD, states: [CALM, { ...CALM, ...changed }] }
}

test('a server that is good to the end has no limit', async () => {
  expect(await noteOf(GOOD)).toMatch(/^all 1000 subscribers were served well at 20 events\/s each/)
})

test.each<[string, Measurement]>([
  ['the 99th percentile of delivery was 900 ms', { ...GOOD, deliveryP99: 900 }],
  ['only 70 % of the deliveries came in time', { ...GOOD, deliveredShare: 0.7 }],
  ['no event came', { ...GOOD, deliveryP99: undefined }],
  ['only 337 streams were open', withState({ open: 337 })],
  ['the server refused streams', withState({ refusals: 1 })],
  ['the memory of this machine ran out', withState({ freeMemory: 0.09 })],
  ['a driver was at its limit, not the server (--drivers)', withState({ driverSilence: 5 })],
  [
    'a driver was at its limit, not the server (--drivers)',
    { ...GOOD, states: [0.95, 0.88].map((driverCpu) => ({ ...CALM, driverCpu })) },
  ],
])('the last good step is the one before %s', async (limit, beyond) => {
  const note = `the last good step had 225 subscribers at 20 events/s each; at 338, ${limit}`
  expect(await noteOf(beyond)).toBe(note)
})

test('no second more is measured when the memory has run out', async () => {
  const full = { ...GOOD, states: [{ ...CALM, freeMemory: 0.09 }, CALM, CALM, CALM] }
  const load = new FakeLoadTest(AMOUNTS, () => full)
  await expect(ramp.run(load)).rejects.toThrow('the memory of this machine ran out')
  expect(load.seconds).toBe(2)
})

test('a driver that is busy for a moment is not at its limit', async () => {
  expect(await noteOf(withState({ driverCpu: 0.95 }))).toMatch(/^all 1000/)
})

test('what is bad once and good when it is measured again may be a pause of this machine', async () => {
  let isFirst = true
  const load = new FakeLoadTest(AMOUNTS, (subscribers) => {
    if (subscribers < 300 || !isFirst) return GOOD
    isFirst = false
    return { ...GOOD, deliveryP99: 3_000 }
  })
  await ramp.run(load)
  expect(load.notes[0]).toMatch(/^all 1000/)
})

test('a server that is bad from the first step on fails the run', async () => {
  const load = new FakeLoadTest(AMOUNTS, () => ({ ...GOOD, deliveryP99: 900 }))
  await expect(ramp.run(load)).rejects.toThrow(
    'the first step was too much, with 100 subscribers: the 99th percentile of delivery was 900 ms',
  )
  expect(load.notes).toEqual([])
})
