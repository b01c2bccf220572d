import type { Row } from '../panel.ts'
import { max, medianAndTail, rate, series, sum } from '../queries.ts'

export const LOG: Row = {
  title: 'Is the log there?',
  panels: [
    {
      title: 'Time of an append',
      doc: 'From the publish until the log has answered.',
      unit: 's',
      kind: 'lines',
      queries: medianAndTail('runnel_append_duration_seconds'),
    },
    {
      title: 'Appends',
      doc: 'By outcome.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_append_duration_seconds_count', ['outcome'])],
    },
    {
      title: 'Log of each pod',
      doc: '1 while the pod reaches the log.',
      unit: 'short',
      kind: 'lines',
      queries: [[`min by (pod) (${series('runnel_log_up')})`, '{{pod}}']],
    },
    {
      title: 'Troubles',
      doc: 'By code. docs/redis.md says what each means, and what to do.',
      unit: 'short',
      kind: 'lines',
      queries: [sum('runnel_log_troubles', ['code'])],
    },
    {
      title: 'Connections to Redis',
      doc: 'Pods that are connected, for commands and for notifications. None with the log in memory.',
      unit: 'short',
      kind: 'lines',
      queries: [sum('runnel_redis_up', ['role'])],
    },
    {
      title: 'Reconnects to Redis',
      doc: 'A single one is harmless.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_redis_reconnects_total', ['role'])],
    },
    {
      title: 'Channels in use',
      doc: 'Channels that a pod follows.',
      unit: 'short',
      kind: 'lines',
      queries: [max('runnel_channels', ['pod'])],
    },
  ],
}
