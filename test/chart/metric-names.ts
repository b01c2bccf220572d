/** The metrics that the service, its runtime and the controller serve, as Prometheus names them. */
export const METRIC_NAMES: ReadonlySet<string> = new Set([
  ...prefixed('runnel_', [
    'active_streams',
    'stream_limit',
    'active_subscriptions',
    'active_polls',
    'poll_limit',
    'channels',
    'draining',
    'log_up',
    'log_troubles',
    'fleet_streams',
    'fleet_limit',
    'fleet_pods',
    'buffered_bytes',
    'buffered_bytes_max',
    'redis_up',
    'build_info',
    'streams_opened_total',
    'streams_closed_total',
    'refused_total',
    'connections_dropped_total',
    'published_events_total',
    'events_received_total',
    'events_delivered_total',
    'events_replayed_total',
    'events_dropped_total',
    'gaps_total',
    'sent_bytes_total',
    'redis_reconnects_total',
    'request_failures_total',
    'log_lines_suppressed_total',
    ...histograms([
      'connect_duration_seconds',
      'stream_duration_seconds',
      'append_duration_seconds',
      'http_request_duration_seconds',
      'poll_wait_seconds',
      'fan_out_lag_seconds',
      'fan_out_duration_seconds',
    ]),
  ]),
  ...prefixed('runnel_controller_', [
    'leader',
    'reconciles_total',
    'queue_depth',
    'api_requests_total',
    'lists_total',
    'watch_ends_total',
    'watch_silence_seconds',
    'fleet_subscribers',
    'fleet_silent_pods',
    'sheds_total',
    'event_loop_delay_seconds',
    ...histograms(['reconcile_seconds', 'api_request_seconds']),
  ]),
  'nodejs_eventloop_utilization_ratio',
  'nodejs_eventloop_delay_p99_seconds',
  'v8js_memory_heap_used_bytes',
])

/** The names of metrics in an expression of PromQL. Recorded series have a colon in their name. */
export function metricsIn(expression: string): string[] {
  const names = expression.matchAll(/(?<![\w:])(?:runnel|nodejs|v8js)_\w+(?![\w:])/g)
  return [...names].map(([name]) => name)
}

function prefixed(prefix: string, names: readonly string[]): string[] {
  return names.map((name) => prefix + name)
}

function histograms(names: readonly string[]): string[] {
  return names.flatMap((name) => ['_bucket', '_sum', '_count'].map((part) => name + part))
}
