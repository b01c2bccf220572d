import type { Row } from '../panel.ts'
import { max, named, rate, series, sum } from '../queries.ts'

/** The slots of pods that drain are no room. */
const OPEN = `unless on (namespace, pod) ${series('runnel_draining')} == 1`

export const HEALTH: Row = {
  title: 'Is it well?',
  panels: [
    {
      title: 'Streams',
      doc: 'Streams that are open in all pods.',
      unit: 'short',
      kind: 'stat',
      queries: [sum('runnel_active_streams')],
    },
    {
      title: 'Slots used',
      doc: 'Streams as a share of the slots of all pods that do not drain. At 100 % clients are refused.',
      unit: 'percentunit',
      kind: 'stat',
      queries: [
        [
          `sum (${series('runnel_active_streams')}) / sum (${series('runnel_stream_limit')} ${OPEN})`,
          '',
        ],
      ],
      warnFrom: 0.75,
      badFrom: 0.9,
    },
    {
      title: 'Pods with a log',
      doc: 'Share of the pods that reach the log. The others refuse publishes and new streams.',
      unit: 'percentunit',
      kind: 'stat',
      queries: [[`avg (${series('runnel_log_up')})`, '']],
      badFrom: 1,
      isBadBelow: true,
    },
    {
      title: 'Refused',
      doc: 'Streams, polls and publishes that are refused a second.',
      unit: 'cps',
      kind: 'stat',
      queries: [rate('runnel_refused_total')],
      warnFrom: 0.01,
      badFrom: 0.2,
    },
    {
      title: 'Pods that drain',
      doc: 'They hand their streams to others and leave. More than one at a time is unusual.',
      unit: 'short',
      kind: 'stat',
      queries: [sum('runnel_draining')],
      warnFrom: 1,
    },
    {
      title: 'Pods by version',
      doc: 'Two versions at a time are a rollout.',
      unit: 'short',
      kind: 'stat',
      queries: [[`count by (version) (${series('runnel_build_info')})`, '{{version}}']],
    },
    {
      title: 'Streams of each pod',
      doc: 'Below the limit of a pod. Pods that differ much are rebalanced by the controller.',
      unit: 'short',
      kind: 'lines',
      queries: [
        sum('runnel_active_streams', ['pod']),
        named(max('runnel_stream_limit'), 'largest limit'),
      ],
    },
    {
      title: 'The fleet as the pods know it',
      doc: 'What each pod knows of the others through Redis. It decides where refused clients are sent.',
      unit: 'short',
      kind: 'lines',
      queries: [
        named(max('runnel_fleet_streams'), 'streams'),
        named(max('runnel_fleet_limit'), 'limit'),
        named(max('runnel_fleet_pods'), 'pods'),
      ],
    },
    {
      title: 'Refusals',
      doc: 'By what was asked for, and why it was refused. `drain` is usual in a rollout.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_refused_total', ['what', 'reason'])],
    },
  ],
}
