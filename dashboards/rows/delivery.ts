import type { Row } from '../panel.ts'
import { medianAndTail, named, rate } from '../queries.ts'

export const DELIVERY: Row = {
  title: 'Do events arrive?',
  panels: [
    {
      title: 'Published events',
      doc: 'By outcome. `failed` and `full` are faults of the log, the others but `accepted` are those of publishers.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_published_events_total', ['outcome'])],
    },
    {
      title: 'Received events',
      doc: 'Each event counts once in each pod that has subscribers of its channel. Only listed channels have a name.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_events_received_total', ['channel'])],
    },
    {
      title: 'Delivered events',
      doc: 'Each event counts once for each stream.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_events_delivered_total', ['pod'])],
    },
    {
      title: 'From accepted to received',
      doc: 'How late an event reaches a pod. It includes the difference of the clocks of nodes and log.',
      unit: 's',
      kind: 'lines',
      queries: medianAndTail('runnel_fan_out_lag_seconds'),
    },
    {
      title: 'Fan-out',
      doc: 'How long a pod takes to hand a batch to all its live streams.',
      unit: 's',
      kind: 'lines',
      queries: medianAndTail('runnel_fan_out_duration_seconds'),
    },
    {
      title: 'Not delivered live',
      doc: 'Dropped are events that a stream which did not keep up left to the log when it fell behind; late are all that it reads there until it has caught up. Replayed are those, and the events of resuming clients.',
      unit: 'cps',
      kind: 'lines',
      queries: [
        named(rate('runnel_events_dropped_total'), 'dropped'),
        named(rate('runnel_events_late_total'), 'late'),
        named(rate('runnel_events_replayed_total'), 'replayed'),
      ],
    },
    {
      title: 'Sent',
      doc: 'Bytes handed to sockets.',
      unit: 'Bps',
      kind: 'lines',
      queries: [rate('runnel_sent_bytes_total', ['pod'])],
    },
  ],
}
