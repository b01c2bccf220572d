import { duration } from '../kinds/duration.ts'
import { integer } from '../kinds/kind.ts'
import { size } from '../kinds/size.ts'
import { LIVE_SETTINGS } from '../../schema/limits.ts'
import type { SettingRow } from '../setting.ts'

export const HISTORY = {
  HISTORY_EVENTS: {
    kind: integer(LIVE_SETTINGS.historyEvents.min, LIVE_SETTINGS.historyEvents.max),
    default: String(LIVE_SETTINGS.historyEvents.default),
    live: 'history.events',
    doc:
      'Events kept a channel. The oldest leave first; a subscriber that returns too late for them ' +
      'gets `runnel.gap`.',
  },
  HISTORY_AGE: {
    kind: duration(LIVE_SETTINGS.historyAge.min, LIVE_SETTINGS.historyAge.max),
    default: LIVE_SETTINGS.historyAge.default,
    live: 'history.age',
    doc: 'Age at which an event leaves the history of its channel, however few there are.',
  },
  HISTORY_BYTES: {
    kind: size('1KiB', '16GiB'),
    default: '16MiB',
    doc:
      'Bytes kept a channel. The oldest events leave first. A publish larger than that is answered ' +
      '413, as it could never be kept whole. Unset, it is at most `RUNNEL_LOG_BYTES` in the memory log.',
  },
  LOG_BYTES: {
    kind: size('1KiB', '1024GiB'),
    default: '256MiB',
    doc:
      'Bytes of the memory log, all channels together. At the limit the oldest events of all leave ' +
      'first, whatever their channel; a publish for which no room can be made is answered 507.',
  },
  MAX_CHANNELS: {
    kind: integer(1, 10_000_000),
    default: '100000',
    doc:
      'Channels that the memory log knows at once. A publish to a further one is answered 507. ' +
      'Subscribing creates none.',
  },
} as const satisfies Record<string, SettingRow>
