import { runnel } from '../contenders/runnel.ts'
import { fanOutFigures, fanOutValues } from './fan-out-figures.ts'
import { measurePaced } from './measure-fan-out.ts'
import type { Row } from './row.ts'

/** An interval of 10 ms has one event, one of 50 ms five. */
const FAN_OUT = { channels: 1, subscribers: 500, rate: 100 }

/** Milliseconds. The default, 0, writes at the end of each turn of the event loop. */
const INTERVALS = [0, 10, 25, 50]

/** How many more deliveries a core does for subscribers that can wait. */
export const FLUSH_INTERVAL: Row = {
  name: 'flush-interval',
  title: 'Runnel with a flush interval, 500 subscribers of one channel, 100 events/s',
  contenders: INTERVALS.map((interval) =>
    runnel(`flush-${interval}ms`, interval === 0 ? 'no interval' : `${interval} ms`, {
      flushInterval: interval,
    }),
  ),
  comparison: 'other ÷ first',
  figures: fanOutFigures(),
  measure: async (prepared, amounts) =>
    fanOutValues(await measurePaced(prepared, FAN_OUT, amounts)),
}
