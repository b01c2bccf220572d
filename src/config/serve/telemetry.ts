import { channelEntries } from '../kinds/channel-entries.ts'
import { choice } from '../kinds/choices-and-paths.ts'
import { rate } from '../kinds/rate.ts'
import type { SettingRow } from '../setting.ts'

/** Bounds the series of a metric, each of which stays in memory for good. */
const MOST_CHANNELS = 100

export const TELEMETRY = {
  TRACE_PUBLISH_RATE: {
    kind: rate(0, 10_000),
    default: '10',
    doc:
      'Publishes that are traced a second at most, of those that the ratio of `OTEL_TRACES_SAMPLER_ARG` ' +
      'picks. Further ones are not traced. Neither this nor the other rates apply with the sampler ' +
      '`always_on`.',
  },
  TRACE_PARENT_RATE: {
    kind: rate(0, 10_000),
    default: '100',
    doc:
      'Publishes that are traced a second at most since their client asks for it: by a `traceparent` ' +
      'that is trusted, or by `Runnel-Trace`. Further ones are not traced.',
  },
  TRACE_CONNECT_RATE: {
    kind: rate(0, 10_000),
    default: '20',
    doc:
      'Streams whose opening is traced, a second at most. The same rate bounds their ends, bad ends and ' +
      'refusals together, and deliveries to streams that were behind, each by itself.',
  },
  TRACE_FAN_OUT_RATE: {
    kind: rate(0, 100_000),
    default: '1000',
    doc:
      'Traced publishes, of all processes together, whose fan-out in this process is traced, a second at ' +
      'most; beyond it the process is missing in traces. The same rate bounds publishes to channels that ' +
      'nobody reads here, by themselves.',
  },
  TRACE_TRUST: {
    kind: choice('publishers', 'everyone', 'nobody'),
    default: 'publishers',
    doc:
      'Whose `traceparent` becomes the parent of our spans and decides whether they are sampled. That of ' +
      'all others only becomes a link, so that no client can make the service trace more than it would.',
  },
  TELEMETRY_CHANNELS: {
    kind: channelEntries(MOST_CHANNELS),
    default: '',
    doc:
      'Channels that metrics tell apart, at most 100, each a name or the beginning of names such as ' +
      '`user.*`. The entry is the label `channel`, and stands in the names of spans. All other channels ' +
      'together have the label `other`.',
  },
} as const satisfies Record<string, SettingRow>
