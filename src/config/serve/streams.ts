import { duration } from '../kinds/duration.ts'
import { size } from '../kinds/size.ts'
import { LIVE_SETTINGS } from '../../schema/limits.ts'
import type { SettingRow } from '../setting.ts'

export const STREAMS = {
  HEARTBEAT: {
    kind: duration(LIVE_SETTINGS.heartbeat.min, LIVE_SETTINGS.heartbeat.max),
    default: LIVE_SETTINGS.heartbeat.default,
    live: 'connections.heartbeat',
    doc:
      'Silence after which a stream gets a comment line. Keep it well below the idle timeout of ' +
      'every proxy on the way (often 60s), or they cut streams that have nothing to say.',
  },
  RETRY: {
    kind: duration(LIVE_SETTINGS.retry.min, LIVE_SETTINGS.retry.max),
    default: LIVE_SETTINGS.retry.default,
    live: 'connections.retry',
    doc:
      'How long a client waits before it reconnects after its connection broke. Each stream draws 50 to ' +
      '150 % of it, so that those cut together do not all come back at once. Streams that are closed on ' +
      'purpose name a wait of their own.',
  },
  MAX_AGE: {
    kind: duration(LIVE_SETTINGS.maxAge.min, LIVE_SETTINGS.maxAge.max),
    default: LIVE_SETTINGS.maxAge.default,
    live: 'connections.maxAge',
    doc:
      'Age at which a stream is closed with `runnel.expire`; the client resumes where it was. Each ' +
      'stream draws 80 to 100 % of it when it opens, so that streams opened together do not end together ' +
      'and a lowered age closes no open stream.',
  },
  DRAIN_WINDOW: {
    kind: duration(LIVE_SETTINGS.drainWindow.min, LIVE_SETTINGS.drainWindow.max),
    default: LIVE_SETTINGS.drainWindow.default,
    live: 'drain.window',
    doc:
      'Time over which a stopping service spreads the closing of its streams. The grace period of the ' +
      'stop must be longer, or the remaining streams are cut off.',
  },
  FLUSH_INTERVAL: {
    kind: duration('0s', '100ms'),
    default: '0s',
    doc:
      'How long an event may wait on its way to the live streams of its channel, so that those which come ' +
      'meanwhile share one write with it. At 0 only events of the same moment do. A longer interval saves ' +
      'processor time where a channel gets several events within it, and delays each event by up to that long. ' +
      'What waits is written at once when it comes to about 64 KiB for the streams of the same channels, to a ' +
      'quarter of `RUNNEL_HISTORY_EVENTS` in a channel, or to a sixteenth of `RUNNEL_READ_MEMORY` in all.',
  },
  SUBSCRIBER_BUFFER: {
    kind: size('1KiB', '64MiB'),
    default: '256KiB',
    doc:
      'What may wait for one slow subscriber beyond the frame being sent. A subscriber over it is ' +
      'cut off and resumes from the log.',
  },
  SUBSCRIBER_STALL: {
    kind: duration('50ms', '1h'),
    default: '30s',
    doc:
      'How long a subscriber with something waiting may take nothing. Then its connection is cut, ' +
      'since it would not read a closing event either; it resumes from the log.',
  },
  READ_MEMORY: {
    kind: size('1MiB', '64GiB'),
    default: '64MiB',
    doc:
      'Most bytes of histories that the process holds, all readers together: pages for subscribers that ' +
      'are behind, answers of polls until they are taken, and the newest events. Readers wait for room; ' +
      'live delivery never does. One event always fits.',
  },
} as const satisfies Record<string, SettingRow>
