import type { Meter } from '@opentelemetry/api'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

export interface Metrics {
  readonly meter: Meter
  /** All metrics in the text format of Prometheus. */
  render(): Promise<string>
}

/** As Prometheus asks for it: version 0.0.4 of its text format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The metrics of this process. Names and units are given as Prometheus shows them, such as `runnel_…_seconds`. */
export function createMetrics(): Metrics {
  // The exporter would open a port of its own.
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const provider = new MeterProvider({ readers: [exporter] })
  // Neither the resource nor the scope is repeated in labels: one process has one of each.
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  return {
    meter: provider.getMeter('runnel'),
    render: async () => {
      const { resourceMetrics, errors } = await exporter.collect()
      const [error] = errors
      if (error !== undefined) throw error
      return serializer.serialize(resourceMetrics)
    },
  }
}
