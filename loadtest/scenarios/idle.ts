import type { LoadTest, Now, Scenario } from './scenario.ts'
import { SERVED_TO_THE_END, ALL_TAKEN } from './thresholds.ts'

/** Seconds after which memory that only the connects needed is free again. */
const SETTLING = 10

/** Events a second over all channels, which show that the streams live. */
const RATE = 0.5

const KIBIBYTE = 1_024

export const idle: Scenario = {
  name: 'idle',
  story:
    'Many streams are held open with hardly an event. It shows what a stream costs in memory, on the side of the ' +
    'server and on that of the drivers, and that all of them live to the end.',
  needs: [],
  defaults: { subscribers: 5_000, channels: 100, rate: 1, seconds: 60, bytes: 128 },
  // Streams may expire: they are held for as long as one likes, and a server ends those that are an hour old.
  thresholds: { ...SERVED_TO_THE_END, ...ALL_TAKEN, announced: 0, cuts: 0, drains: 0 },
  async run(test) {
    const [before] = await test.watch(1)
    await test.phase('connect', async () => test.subscribe())
    await test.phase('settle', async () => test.sleep(SETTLING))
    const [after] = await test.watch(1)
    noteMemory(test, before!, after!)
    await test.phase('hold', async () => test.publish({ rate: RATE }))
  },
}

function noteMemory(test: LoadTest, before: Now, after: Now): void {
  const note = (of: string, was: number | undefined, is: number | undefined) => {
    if (was === undefined || is === undefined || after.open === 0) return
    const each = (is - was) / after.open / KIBIBYTE
    test.note(`${of} a stream, of ${after.open} open ones: ${each.toFixed(1)} KiB`)
  }
  note('resident memory of the server', before.serverRss, after.serverRss)
  note('JS heap of the server', before.serverHeap, after.serverHeap)
  note('resident memory of the drivers', before.driverRss, after.driverRss)
}
