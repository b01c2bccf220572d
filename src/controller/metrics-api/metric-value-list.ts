import type { ObjectKey } from '../objects/metadata.ts'
import { STREAM_CAPACITY } from '../objects/stream-capacity.ts'
import { METRIC, METRICS_GROUP, type MetricsVersion } from './metric.ts'

/** One count in the list that an autoscaler expects to have exactly one item. */
export function metricValueList(
  version: MetricsVersion,
  { namespace, name }: ObjectKey,
  { subscribers, takenAt }: { readonly subscribers: number; readonly takenAt: number },
) {
  const { kind, apiVersion } = STREAM_CAPACITY
  const item = {
    describedObject: { kind, namespace, name, apiVersion },
    // The versions differ in how they name the metric.
    ...(version === 'v1beta1' ? { metricName: METRIC } : { metric: { name: METRIC } }),
    timestamp: formatTime(takenAt),
    // A quantity, which is text in the Kubernetes API.
    value: String(subscribers),
  }
  return {
    kind: 'MetricValueList',
    apiVersion: `${METRICS_GROUP}/${version}`,
    metadata: {},
    items: [item],
  }
}

/** RFC 3339 in whole seconds. */
function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+/, '')
}
