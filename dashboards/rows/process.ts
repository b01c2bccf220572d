import type { Row } from '../panel.ts'
import { max, quantile, rate, sum } from '../queries.ts'

export const PROCESS: Row = {
  title: 'Are the processes well?',
  panels: [
    {
      title: 'Event loop in use',
      doc: 'Share of the time. Near 100 % everything waits: events, heartbeats, probes.',
      unit: 'percentunit',
      kind: 'lines',
      queries: [max('nodejs_eventloop_utilization_ratio', ['pod'])],
    },
    {
      title: 'Delay of the event loop',
      doc: 'The slowest 1 % of its turns since the last scrape.',
      unit: 's',
      kind: 'lines',
      queries: [max('nodejs_eventloop_delay_p99_seconds', ['pod'])],
    },
    {
      title: 'Heap in use',
      doc: 'Of JavaScript. docs/operations.md says how much is enough.',
      unit: 'bytes',
      kind: 'lines',
      queries: [sum('v8js_memory_heap_used_bytes', ['pod'])],
    },
    {
      title: 'Time of requests',
      doc: 'The slowest 1 % by route, without streams, held polls and health checks.',
      unit: 's',
      kind: 'lines',
      queries: [quantile(0.99, 'runnel_http_request_duration_seconds', ['route'])],
    },
    {
      title: 'Answers',
      doc: 'By status.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_http_request_duration_seconds_count', ['status'])],
    },
    {
      title: 'Faults',
      doc: 'Requests that failed by an error of the service. Each has a log line.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_request_failures_total', ['pod'])],
    },
    {
      title: 'Log lines left out',
      doc: 'Since the same had been said a moment before.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_log_lines_suppressed_total', ['pod'])],
    },
    {
      title: 'Log lines lost',
      doc: 'Since standard output was not read fast enough, or not at all.',
      unit: 'cps',
      kind: 'lines',
      queries: [rate('runnel_log_lines_lost_total', ['pod'])],
    },
  ],
}
