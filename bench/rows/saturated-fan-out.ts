import { ALL_CONTENDERS } from '../contenders/all-contenders.ts'
import { SATURATING } from '../load.ts'
import { costFigures, costValues } from './fan-out-figures.ts'
import { measureSaturated } from './measure-fan-out.ts'
import type { Row } from './row.ts'

const SATURATED_SUBSCRIBERS = 1_000

/** Under this load a server that writes several events at once does so. */
export const SATURATED_FAN_OUT: Row = {
  name: 'saturated',
  title: `1,000 subscribers of one channel, saturated with ${SATURATING} events in flight`,
  note: 'An event is published when an earlier one has arrived, so a slow server gets fewer: its latencies would not count, and are left out.',
  contenders: ALL_CONTENDERS,
  comparison: 'first ÷ other',
  figures: costFigures([{ contender: 'nchan', of: 'ratio', atLeast: 10 }]),
  measure: async (prepared, amounts) =>
    costValues(await measureSaturated(prepared, SATURATED_SUBSCRIBERS, amounts)),
}
