import type { LoadTest, Scenario } from './scenario.ts'
import { DELIVERED_ONCE } from './thresholds.ts'

/** Of the subscribers, one in so many reads nothing, and as many read a kilobyte a second. */
const SLOW = 10
const BYTES_PER_SECOND = 1_024

/** Seconds without them, to compare with. */
const ALONE = 10

export const slowReaders: Scenario = {
  name: 'slow-readers',
  story:
    'One subscriber in ten never reads, and one in ten reads a kilobyte a second, while events of 32 KB ' +
    'come for the others. It shows that slow clients cost the others nothing, and the server no memory without end.',
  needs: [],
  // Kernels and a proxy on the way take some 20 MB of a stream that nobody reads, before the server notices.
  defaults: { subscribers: 40, channels: 1, rate: 20, seconds: 90, bytes: 32_000 },
  thresholds: { ...DELIVERED_ONCE, refusedPublishes: 0, deliveryP99: 500 },
  async run(test) {
    const { subscribers, seconds } = test.amounts
    const slow = Math.floor(subscribers / SLOW)
    await test.phase('connect', async () => test.subscribe({ count: subscribers - 2 * slow }))
    await test.publishWhile(async () => {
      const alone = await test.phase('alone', async () => typicalDelay(test, ALONE))
      await test.phase('connect slow ones', async () => {
        await test.subscribe({ count: slow, reading: { kind: 'never' } })
        const reading = { kind: 'slow', bytesPerSecond: BYTES_PER_SECOND } as const
        await test.subscribe({ count: slow, reading })
      })
      const beside = await test.phase('beside slow ones', async () => typicalDelay(test, seconds))
      test.note(
        `99th percentile of delivery, median of seconds: ${alone.toFixed(1)} ms without slow readers, ` +
          `${beside.toFixed(1)} ms beside them`,
      )
    })
  },
}

/** The median of the seconds' 99th percentiles, in ms. */
async function typicalDelay(test: LoadTest, seconds: number): Promise<number> {
  const states = await test.watch(seconds)
  const delays = states.flatMap(({ deliveryP99 }) => deliveryP99 ?? [])
  return delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)] ?? NaN
}
