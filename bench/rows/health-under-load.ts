import { ALL_CONTENDERS } from '../contenders/all-contenders.ts'
import { probeHealth } from '../health-probe.ts'
import { Load } from '../load.ts'
import { assertInTime } from './measure-fan-out.ts'
import type { Row } from './row.ts'

const FAN_OUT = { channels: 1, subscribers: 3_000, rate: 10 }

/** How long a large fan-out keeps a server from anything else. */
export const HEALTH_UNDER_LOAD: Row = {
  name: 'health',
  title: 'a health request during fan-outs to 3,000 subscribers, 10 events/s',
  contenders: ALL_CONTENDERS,
  comparison: 'first ÷ other',
  figures: [
    {
      key: 'p99',
      name: 'p99 of the request',
      unit: 'ms',
      digits: 1,
      targets: [{ contender: 'runnel', of: 'value', atMost: 10 }],
    },
    { key: 'p50', name: 'p50 of the request', unit: 'ms', digits: 1, targets: [] },
  ],
  measure: async ({ start }, amounts) => {
    const { rehearsed, warmUp, measured } = amounts
    await using server = await start()
    await using load = await Load.start(server, 1, amounts)
    await load.rehearse(rehearsed)
    await load.subscribe(FAN_OUT.subscribers)
    await load.run(async () => load.publish(FAN_OUT.rate, warmUp))
    const [outcome, { p50, p99 }] = await Promise.all([
      load.run(async () => load.publish(FAN_OUT.rate, measured)),
      probeHealth(server.healthUrl, measured),
    ])
    assertInTime(outcome, FAN_OUT, server)
    return { p50, p99 }
  },
}
