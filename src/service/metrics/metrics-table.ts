import { METHODS } from '../../http/http-observer.ts'
import {
  CLOSE_REASONS,
  GAP_REASONS,
  LOG_TROUBLES,
  OTHER,
  POLL_OUTCOMES,
  PUBLISH_OUTCOMES,
  REDIS_ROLES,
  REFUSAL_REASONS,
  REFUSED,
  RESUMES,
  ROUTES,
} from './label-values.ts'
import { counter, gauge, histogram, type Metric } from './metric.ts'

const CHANNEL = { channel: 'entries of `RUNNEL_TELEMETRY_CHANNELS`, and other' }
const RESUME = { resume: RESUMES }
const ROLE = { role: REDIS_ROLES }
const OUTCOME = { outcome: PUBLISH_OUTCOMES }

/** From 0.1 ms to 5 s. */
const SHORT = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 2, 5]
const CONNECT = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]
const HTTP = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]
const LAG = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]
/** Up to the longest wait, and what an answer takes beyond it. */
const POLL = [0, 0.01, 0.1, 1, 5, 10, 20, 25, 30, 40, 50, 55, 60]
/** From 1 s to 24 h. */
const STREAM = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400]

/** All metrics of the service. The docs are made from it. */
export const METRICS = {
  activeStreams: gauge('runnel_active_streams', '{stream}', 'Streams that hold a slot.'),
  streamLimit: gauge(
    'runnel_stream_limit',
    '{stream}',
    'The most streams that this process takes.',
  ),
  activeSubscriptions: gauge(
    'runnel_active_subscriptions',
    '{subscription}',
    'Streams by channel. A stream of several channels counts once for each.',
    CHANNEL,
  ),
  activePolls: gauge('runnel_active_polls', '{poll}', 'Polls that hold a slot.'),
  pollLimit: gauge('runnel_poll_limit', '{poll}', 'The most polls that this process holds.'),
  channels: gauge('runnel_channels', '{channel}', 'Channels in use, or used a moment ago.'),
  draining: gauge('runnel_draining', '', '1 while this process drains, else 0.'),
  logUp: gauge('runnel_log_up', '', '1 while the log can be used, else 0.'),
  logTroubles: gauge(
    'runnel_log_troubles',
    '{trouble}',
    'Troubles of the log that last, by the codes of docs/redis.md.',
    { code: [...LOG_TROUBLES] },
  ),
  fleetStreams: gauge(
    'runnel_fleet_streams',
    '{stream}',
    'Streams of the pods that share the log, as far as this one knows.',
  ),
  fleetLimit: gauge('runnel_fleet_limit', '{stream}', 'The most streams that these pods take.'),
  fleetPods: gauge('runnel_fleet_pods', '{pod}', 'These pods, this one included.'),
  bufferedBytes: gauge(
    'runnel_buffered_bytes',
    'By',
    'Bytes that wait in this process for the sockets of streams.',
  ),
  bufferedBytesMax: gauge(
    'runnel_buffered_bytes_max',
    // Receivers of OTLP would add another `_bytes` behind the name of a metric in By.
    '{byte}',
    'Those of the stream for which most bytes wait.',
  ),
  redisUp: gauge(
    'runnel_redis_up',
    '',
    '1 while all connections of a role are up, else 0. Only with a log in Redis.',
    ROLE,
  ),
  buildInfo: gauge('runnel_build_info', '', 'Always 1.', { version: 'the version of Runnel' }),

  streamsOpened: counter(
    'runnel_streams_opened',
    '{stream}',
    'Streams opened: without a cursor, resumed from it, or behind a gap.',
    RESUME,
  ),
  streamsClosed: counter(
    'runnel_streams_closed',
    '{stream}',
    'Opened streams that have closed. One that ended before it was open is in no count of streams.',
    { reason: CLOSE_REASONS, by: ['client', 'server'] },
  ),
  refused: counter('runnel_refused', '{request}', 'Requests refused for want of capacity.', {
    what: REFUSED,
    reason: REFUSAL_REASONS,
  }),
  connectionsDropped: counter(
    'runnel_connections_dropped',
    '{connection}',
    'Connections closed at once, since there were as many as the limits allow.',
  ),
  publishedEvents: counter(
    'runnel_published_events',
    '{event}',
    'Events that clients asked this process to publish.',
    OUTCOME,
  ),
  eventsReceived: counter(
    'runnel_events_received',
    '{event}',
    'Events that the log handed over, once each, however many streams get them.',
    CHANNEL,
  ),
  eventsDelivered: counter(
    'runnel_events_delivered',
    '{event}',
    'Events handed to sockets, once for each stream.',
  ),
  eventsReplayed: counter(
    'runnel_events_replayed',
    '{event}',
    'Those among them that a stream had missed, and got from the history.',
  ),
  eventsLate: counter(
    'runnel_events_late',
    '{event}',
    'Those among the replayed events that went to streams which had been live before, and had fallen behind.',
  ),
  eventsDropped: counter(
    'runnel_events_dropped',
    '{event}',
    'Events that a live stream was not given at once, since its buffer was full. It falls behind, and reads these and all that follow from the log; those that follow do not count.',
  ),
  gaps: counter('runnel_gaps', '{gap}', 'Gaps that streams were told of.', { reason: GAP_REASONS }),
  sentBytes: counter('runnel_sent_bytes', 'By', 'Bytes handed to the sockets of streams.'),
  redisReconnects: counter(
    'runnel_redis_reconnects',
    '{reconnect}',
    'Connections that came back. Only with a log in Redis.',
    ROLE,
  ),
  requestFailures: counter(
    'runnel_request_failures',
    '{request}',
    'Requests, and streams before they were open, that ended in an unexpected error.',
  ),
  logLinesSuppressed: counter(
    'runnel_log_lines_suppressed',
    '{line}',
    'Log lines left out, since they repeated others.',
  ),
  logLinesLost: counter(
    'runnel_log_lines_lost',
    '{line}',
    'Log lines that nobody can read, since they were not read fast enough, or their reader was gone.',
  ),

  connectDuration: histogram(
    'runnel_connect_duration_seconds',
    'Time from the request of a stream until it is open.',
    CONNECT,
    RESUME,
  ),
  streamDuration: histogram(
    'runnel_stream_duration_seconds',
    'Time that streams were open.',
    STREAM,
    { reason: CLOSE_REASONS },
  ),
  appendDuration: histogram(
    'runnel_append_duration_seconds',
    'Time that the log takes for an append.',
    SHORT,
    OUTCOME,
  ),
  httpRequestDuration: histogram(
    'runnel_http_request_duration_seconds',
    'Time from a request of the public listener to the end of its answer. Neither streams, nor polls that got a slot, nor health checks count.',
    HTTP,
    {
      route: [...ROUTES, OTHER],
      method: [...METHODS, OTHER],
      status: 'the status of the answer',
    },
  ),
  pollWait: histogram(
    'runnel_poll_wait_seconds',
    'Time from the request of a poll until its answer is known: with events or gaps, empty, or failed.',
    POLL,
    { outcome: POLL_OUTCOMES },
  ),
  fanOutLag: histogram(
    'runnel_fan_out_lag_seconds',
    'Time from the moment when the log accepted an event, on the clock of its server, until this process has it.',
    LAG,
    CHANNEL,
  ),
  fanOutDuration: histogram(
    'runnel_fan_out_duration_seconds',
    'Time to hand a batch of events to all live streams of its channels.',
    SHORT,
  ),
} as const satisfies Readonly<Record<string, Metric>>
