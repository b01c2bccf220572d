import type { LoadTest, Measurement, Scenario } from './scenario.ts'
import { ALL_TAKEN, SERVED_TO_THE_END } from './thresholds.ts'

/** Of the subscribers, one in so many reads nothing, and as many read a kilobyte a second. */
const SLOW = 10
const BYTES_PER_SECOND = 1_024

/**
 * The most of each kind. The kernels hold some 10 MB for each, and where all of them together reach `net.ipv4.tcp_mem`,
 * the kernel slows down each connection of the machine.
 */
const MOST_SLOW = 20

/** Seconds without them, to compare with. */
const ALONE = 10

/** Seconds in which they read the rest: what the kernels hold, then 3 s of `retry`, then the history. */
const READING_THE_REST = 15

export const slowReaders: Scenario = {
  name: 'slow-readers',
  story:
    'One subscriber in ten never reads, and one in ten reads a kilobyte a second, while events of 32 KB come for the ' +
    'others, who must not notice. In the end the slow ones read all: it must follow whole, or a gap must tell of it.',
  needs: [],
  leastSubscribers: 3,
  // A stream that nobody reads is full after some 15 s, and 30 s later (RUNNEL_SUBSCRIBER_STALL) the server cuts it.
  defaults: { subscribers: 40, channels: 1, rate: 20, seconds: 75, bytes: 32_000 },
  thresholds: {
    ...SERVED_TO_THE_END,
    ...ALL_TAKEN,
    // Those that read slowly are not in these figures.
    cuts: 0,
    gaps: 0,
    deliveryP99: 500,
    worstPause: 2_000,
  },
  async run(test) {
    const { subscribers, seconds } = test.amounts
    const slow = Math.min(Math.ceil(subscribers / SLOW), MOST_SLOW)
    await test.phase('connect', async () => test.subscribe({ count: subscribers - 2 * slow }))
    await test.publishWhile(async () => {
      const alone = await test.phase('alone', async () => test.measure(ALONE))
      await test.phase('connect slow ones', async () => {
        await test.subscribe({ count: slow, reading: { kind: 'never' } })
        const reading = { kind: 'slow', bytesPerSecond: BYTES_PER_SECOND } as const
        await test.subscribe({ count: slow, reading })
      })
      const beside = await test.phase('beside slow ones', async () => test.measure(seconds))
      test.note(
        `99th percentile of delivery: ${delayOf(alone)} without slow readers, ${delayOf(beside)} beside them`,
      )
      await test.phase('slow ones read the rest', async () => readTheRest(test, 2 * slow))
    })
  },
}

function delayOf({ deliveryP99 }: Measurement): string {
  return deliveryP99 === undefined ? 'nothing came' : `${deliveryP99.toFixed(1)} ms`
}

async function readTheRest(test: LoadTest, slow: number): Promise<void> {
  await test.readAtOnce()
  // A subscriber sees that it was cut only when it has read what came before.
  const states = await test.watch(READING_THE_REST)
  const { slowCuts = 0, slowGaps = 0 } = states.at(-1) ?? {}
  test.note(
    `of ${slow} slow readers, the server had cut ${slowCuts}; they came back for the rest, ` +
      `and ${slowGaps} gaps told of events that had left the history`,
  )
}
