import type { Row } from '../panel.ts'
import { max, quantile, rate, series, sum } from '../queries.ts'

export const CONTROLLER: Row = {
  title: 'Does the controller work?',
  panels: [
    {
      title: 'Leaders',
      doc: 'Exactly one replica leads.',
      unit: 'short',
      kind: 'stat',
      queries: [sum('runnel_controller_leader')],
      badFrom: 1,
      isBadBelow: true,
    },
    {
      title: 'Silent pods',
      doc: 'Pods that do not answer the controller.',
      unit: 'short',
      kind: 'stat',
      queries: [
        [`sum (max by (namespace, name) (${series('runnel_controller_fleet_silent_pods')}))`, ''],
      ],
      warnFrom: 1,
    },
    {
      title: 'Looks at fleets',
      doc: 'By result. Failed ones are tried again, less and less often.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_controller_reconciles_total', ['result'])],
    },
    {
      title: 'Time of a look',
      doc: 'With all its writes, the slowest 1 %.',
      unit: 's',
      kind: 'lines',
      queries: [quantile(0.99, 'runnel_controller_reconcile_seconds')],
    },
    {
      title: 'Requests to the API server',
      doc: 'By status; `none` where no answer came.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_controller_api_requests_total', ['status'])],
    },
    {
      title: 'Time of the API server',
      doc: 'Until it answers, the slowest 1 %.',
      unit: 's',
      kind: 'lines',
      queries: [quantile(0.99, 'runnel_controller_api_request_seconds')],
    },
    {
      title: 'Silence of watches',
      doc: 'Since the API server last served a kind of object. Above 180 s the kind is not served.',
      unit: 's',
      kind: 'lines',
      queries: [max('runnel_controller_watch_silence_seconds', ['kind'])],
    },
    {
      title: 'Subscribers of fleets',
      doc: 'What the autoscaler gets. Absent while too few pods answer.',
      unit: 'short',
      kind: 'lines',
      queries: [max('runnel_controller_fleet_subscribers', ['name'])],
    },
    {
      title: 'Streams asked to move',
      doc: 'By result: pods above the average hand streams to emptier ones.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_controller_sheds_total', ['result'])],
    },
    {
      title: 'Fleets that wait',
      doc: 'For a look of the leader.',
      unit: 'short',
      kind: 'lines',
      queries: [max('runnel_controller_queue_depth', ['pod'])],
    },
    {
      title: 'Delay of the event loop',
      doc: 'The longest since the last scrape. It delays the renewal of the lease.',
      unit: 's',
      kind: 'lines',
      queries: [max('runnel_controller_event_loop_delay_seconds', ['pod'])],
    },
  ],
}
