import type { Row } from '../panel.ts'
import { max, named, quantile, rate, sum } from '../queries.ts'

export const CLIENTS: Row = {
  title: 'How are the clients?',
  panels: [
    {
      title: 'Opened streams',
      doc: 'By their cursor: none, resumed without a gap, or with a gap.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_streams_opened_total', ['resume'])],
    },
    {
      title: 'Closed streams',
      doc: 'By reason. `stalled` clients took nothing for long, `vanished` ones stopped answering, a `fault` is ours.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_streams_closed_total', ['reason', 'by'])],
    },
    {
      title: 'Gaps',
      doc: 'Clients told that events cannot be replayed. `trimmed`: the history is too short for how long they were away.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_gaps_total', ['reason'])],
    },
    {
      title: 'Buffered bytes',
      doc: 'What clients have not taken yet, in all pods, and the most of a single stream.',
      unit: 'bytes',
      kind: 'lines',
      queries: [
        named(sum('runnel_buffered_bytes'), 'all streams'),
        named(max('runnel_buffered_bytes_max'), 'worst stream'),
      ],
    },
    {
      title: 'Time to connect',
      doc: 'From the request until the stream is live, replay included: the slowest 1 %.',
      unit: 's',
      kind: 'lines',
      queries: [quantile(0.99, 'runnel_connect_duration_seconds', ['resume'])],
    },
    {
      title: 'Age of closed streams',
      doc: 'Median by reason. Proxies that cut streams show as a `client` or `reset` at always the same age.',
      unit: 's',
      kind: 'lines',
      queries: [quantile(0.5, 'runnel_stream_duration_seconds', ['reason'])],
    },
    {
      title: 'Subscriptions',
      doc: 'A stream of several channels counts once for each.',
      unit: 'short',
      kind: 'lines',
      queries: [sum('runnel_active_subscriptions', ['channel'])],
    },
    {
      title: 'Polls',
      doc: 'Held at this moment, and the limit of a pod.',
      unit: 'short',
      kind: 'lines',
      queries: [
        sum('runnel_active_polls', ['pod']),
        named(max('runnel_poll_limit'), 'largest limit'),
      ],
    },
    {
      title: 'Wait of polls',
      doc: 'Median by outcome.',
      unit: 's',
      kind: 'lines',
      queries: [quantile(0.5, 'runnel_poll_wait_seconds', ['outcome'])],
    },
    {
      title: 'Connections closed at once',
      doc: 'Beyond all limits, so that they got no answer. A proxy says 502.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_connections_dropped_total', ['pod'])],
    },
  ],
}
