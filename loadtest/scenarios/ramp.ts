import type { LoadTest, Measurement, Now, Scenario } from './scenario.ts'
import { DELIVERED_ONCE, PUBLISHES_TAKEN } from './thresholds.ts'

/** Subscribers of the first step; each step has half as many again. */
const FIRST_STEP = 100
const GROWTH = 1.5

/** Seconds at the start of a step that connects disturb. */
const SETTLING = 2

/** A step is good while all of these hold. */
const LATEST = 500
/** The seconds of the publisher are not quite those of the subscribers, so that a few percent mean nothing. */
const LEAST_DELIVERED = 0.8
const BUSIEST_DRIVER = 0.9
const LONGEST_SILENCE = 4
const LEAST_MEMORY = 0.1

export const ramp: Scenario = {
  name: 'ramp',
  story:
    'More and more subscribers get the same events, step by step, until something gives: events come later than half ' +
    'a second, do not all come, streams are refused, or this machine is the limit. It shows the last step that was good.',
  needs: [],
  defaults: { subscribers: 10_000, channels: 1, rate: 20, seconds: 8, bytes: 128 },
  // Who found no place is silent to the end, and that is the limit which is looked for.
  thresholds: { ...DELIVERED_ONCE, ...PUBLISHES_TAKEN },
  async run(test) {
    const { subscribers, rate } = test.amounts
    let good = 0
    let step = Math.min(FIRST_STEP, subscribers)
    let limit: string | undefined
    await test.publishWhile(async () => {
      for (;;) {
        limit = await test.phase(`${step} subscribers`, async () => climb(test, good, step))
        if (limit !== undefined) break
        good = step
        if (step === subscribers) break
        step = Math.min(Math.ceil(step * GROWTH), subscribers)
      }
    })
    if (good === 0)
      throw new Error(`the first step was too much, with ${step} subscribers: ${limit}`)
    test.note(
      limit === undefined
        ? `all ${good} subscribers were served well at ${rate} events/s each: more is possible (--subscribers)`
        : `the last good step had ${good} subscribers at ${rate} events/s each; at ${step}, ${limit}`,
    )
  },
}

/** Adds subscribers, and resolves with what was not good then. */
async function climb(test: LoadTest, from: number, to: number): Promise<string | undefined> {
  await test.subscribe({ count: to - from })
  await test.sleep(SETTLING)
  const measureStep = async () =>
    findLimit(await test.measure(test.amounts.seconds, isOutOfMemory), to)
  // One pause may be of this machine. What is there again, when the step is measured once more, is a limit.
  return (await measureStep()) === undefined ? undefined : measureStep()
}

function findLimit(step: Measurement, subscribers: number): string | undefined {
  const { states, deliveryP99, deliveredShare } = step
  if (states.some(isOutOfMemory)) return 'the memory of this machine ran out'
  const driverCpu = sum(states.map((state) => state.driverCpu)) / states.length
  const driverSilence = Math.max(...states.map((state) => state.driverSilence))
  if (driverCpu > BUSIEST_DRIVER || driverSilence > LONGEST_SILENCE) {
    return 'a driver was at its limit, not the server (--drivers)'
  }
  if (sum(states.map(({ refusals }) => refusals)) > 0) return 'the server refused streams'
  // Those that were refused before come back only after a while.
  const fewest = Math.min(...states.map(({ open }) => open))
  if (fewest < subscribers) return `only ${fewest} streams were open`
  if (deliveryP99 === undefined) return 'no event came'
  if (deliveryP99 > LATEST) {
    return `the 99th percentile of delivery was ${Math.round(deliveryP99)} ms`
  }
  if (deliveredShare < LEAST_DELIVERED) {
    return `only ${Math.round(deliveredShare * 100)} % of the deliveries came in time`
  }
  return undefined
}

/** No step goes on then: the kernel would end processes of its choice. */
function isOutOfMemory({ freeMemory }: Now): boolean {
  return freeMemory < LEAST_MEMORY
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
