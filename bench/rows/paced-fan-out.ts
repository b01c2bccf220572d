import { ALL_CONTENDERS } from '../contenders/all-contenders.ts'
import { fanOutFigures, fanOutValues } from './fan-out-figures.ts'
import { measurePaced } from './measure-fan-out.ts'
import type { Row } from './row.ts'

const PACED = { channels: 1, subscribers: 1_000, rate: 50 }

/** At this rate each event wakes the server and every reader. */
export const PACED_FAN_OUT: Row = {
  name: 'paced',
  title: '1,000 subscribers of one channel, 50 events/s',
  contenders: ALL_CONTENDERS,
  comparison: 'first ÷ other',
  figures: fanOutFigures([
    { contender: 'nchan', of: 'ratio', atLeast: 1.15 },
    { contender: 'mercure', of: 'ratio', atLeast: 1.5 },
    { contender: 'send-loop', of: 'ratio', atLeast: 0.65 },
  ]),
  measure: async (prepared, amounts) => fanOutValues(await measurePaced(prepared, PACED, amounts)),
}
