import { ALL_CONTENDERS } from '../contenders/all-contenders.ts'
import { fanOutFigures, fanOutValues } from './fan-out-figures.ts'
import { measurePaced } from './measure-fan-out.ts'
import type { Row } from './row.ts'

const PRIVATE = { channels: 1_000, subscribers: 1_000, rate: 1_000 }
const ROOMS = { channels: 100, subscribers: 10_000, rate: 300 }

/** As many publishes as deliveries: what a publish costs, mostly. */
export const PRIVATE_CHANNELS: Row = {
  name: 'channels-1000x1',
  title: '1,000 channels with one subscriber each, 1,000 events/s in all',
  contenders: ALL_CONTENDERS,
  comparison: 'first ÷ other',
  figures: fanOutFigures(),
  measure: async (prepared, amounts) =>
    fanOutValues(await measurePaced(prepared, PRIVATE, amounts)),
}

export const ROOM_CHANNELS: Row = {
  name: 'channels-100x100',
  title: '100 channels with 100 subscribers each, 300 events/s in all',
  contenders: ALL_CONTENDERS,
  comparison: 'first ÷ other',
  figures: fanOutFigures(),
  measure: async (prepared, amounts) => fanOutValues(await measurePaced(prepared, ROOMS, amounts)),
}
