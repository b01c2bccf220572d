import { RUNNEL_FLEET, RUNNEL_ON_REDIS } from '../contenders/runnel-fleet.ts'
import { RUNNEL } from '../contenders/runnel.ts'
import { fanOutFigures, fanOutValues } from './fan-out-figures.ts'
import { measurePaced } from './measure-fan-out.ts'
import type { Row } from './row.ts'

/** At a rate with which three processes on one core keep up. */
const FAN_OUT = { channels: 1, subscribers: 1_000, rate: 15 }

/**
 * What the log in Redis costs a process, which has as many subscribers as with the log in memory: one that has a core for
 * itself, and each of three that share one.
 */
export const REDIS_FLEET: Row = {
  name: 'redis',
  title: '1,000 subscribers of one channel on each process, 15 events/s',
  contenders: [RUNNEL, RUNNEL_ON_REDIS, RUNNEL_FLEET],
  comparison: 'other ÷ first',
  figures: fanOutFigures(
    [RUNNEL_ON_REDIS, RUNNEL_FLEET].map(({ name }) => ({
      contender: name,
      of: 'ratio',
      atLeast: 0.95,
    })),
  ),
  measure: async (prepared, amounts) =>
    fanOutValues(await measurePaced(prepared, FAN_OUT, amounts)),
}
