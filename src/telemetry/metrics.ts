import type { Meter } from '@opentelemetry/api'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import type { Resource } from '@opentelemetry/resources'
import { MeterProvider, type MetricReader } from '@opentelemetry/sdk-metrics'
import { PullReader } from './pull-reader.ts'

export interface Metrics {
  readonly meter: Meter
  /** For metrics that are not ours, such as those of the runtime. */
  readonly provider: MeterProvider
  /** All metrics in the text format of Prometheus. */
  render(): Promise<string>
  /** Pushes the last values, for two seconds at most. Rejects if that fails. */
  close(): Promise<void>
}

export interface MetricsPush {
  readonly reader: MetricReader
  /** What is pushed says which process it comes from. Prometheus knows that from the address which it reads. */
  readonly resource: Resource
}

/** As Prometheus asks for it: version 0.0.4 of its text format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** In ms. A collector that is away must not hold up the end of the process. */
const LAST_PUSH_TIMEOUT = 2_000

/**
 * The metrics of this process, read by `render` and besides by `push`. Names and units are given as Prometheus shows
 * them, such as `runnel_…_seconds`, so that they are the same however they are read.
 */
export function createMetrics(push?: MetricsPush): Metrics {
  const reader = new PullReader()
  const provider = new MeterProvider({
    readers: push === undefined ? [reader] : [reader, push.reader],
    ...(push && { resource: push.resource }),
  })
  // Neither the resource nor the scope is repeated in labels: one process has one of each.
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  return {
    meter: provider.getMeter('runnel'),
    provider,
    render: async () => {
      const { resourceMetrics, errors } = await reader.collect()
      const [error] = errors
      if (error !== undefined) throw error
      return serializer.serialize(resourceMetrics)
    },
    close: async () => provider.shutdown({ timeoutMillis: LAST_PUSH_TIMEOUT }),
  }
}
