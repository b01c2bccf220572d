import type { Amounts } from '../amounts.ts'
import { ALL_CONTENDERS } from '../contenders/all-contenders.ts'
import type { MeasuredServer, Prepared } from '../contenders/contender.ts'
import { Load } from '../load.ts'
import type { Row, Values } from './row.ts'

/** Events a second: the rate of the paced fan-out, of whose cost this is a part. */
const RATE = 50
/** Events for each second of a measurement, in the one that is as fast as they are answered. */
const EVENTS = 1_000

export const PUBLISH_COST: Row = {
  name: 'publish',
  title: 'publishes to one channel without subscribers',
  note:
    'A publish costs this in all rows, besides its deliveries. At 50 events/s, the rate of the first row, it includes what ' +
    'a server does when nothing happens; as fast as answered, 16 are in flight.',
  contenders: ALL_CONTENDERS,
  comparison: 'first ÷ other',
  figures: [
    { key: 'paced', name: 'CPU for each, at 50/s', unit: 'µs', digits: 0, targets: [] },
    { key: 'fast', name: 'CPU for each, as fast as answered', unit: 'µs', digits: 0, targets: [] },
  ],
  measure: async (prepared, amounts) => measurePublish(prepared, amounts),
}

async function measurePublish({ start }: Prepared, amounts: Amounts): Promise<Values> {
  const { rehearsed, measured } = amounts
  await using server = await start()
  await using load = await Load.start(server, 1, amounts)
  await load.rehearse(rehearsed)
  const paced = await measureEach(server, load, async () => load.publish(RATE, measured))
  const fast = await measureEach(server, load, async () => load.publishAtOnce(EVENTS * measured))
  return { paced, fast }
}

/** Microseconds of CPU for each publish. */
async function measureEach(
  server: MeasuredServer,
  load: Load,
  publish: () => Promise<void>,
): Promise<number> {
  const before = server.cpuTime()
  const { published } = await load.run(publish)
  return ((server.cpuTime() - before) * 1e6) / published
}
