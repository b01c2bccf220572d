import type { Meter } from '@opentelemetry/api'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import {
  AggregationTemporality,
  InstrumentType,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics'

export interface Metrics {
  readonly meter: Meter
  /** All metrics in the text format of Prometheus. */
  render(): Promise<string>
}

/** As Prometheus asks for it: version 0.0.4 of its text format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The metrics of this process. Names and units are given as Prometheus shows them, such as `runnel_…_seconds`. */
export function createMetrics(): Metrics {
  const reader = new PullReader()
  const provider = new MeterProvider({ readers: [reader] })
  // Neither the resource nor the scope is repeated in labels: one process has one of each.
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  return {
    meter: provider.getMeter('runnel'),
    render: async () => {
      const { resourceMetrics, errors } = await reader.collect()
      const [error] = errors
      if (error !== undefined) throw error
      return serializer.serialize(resourceMetrics)
    },
  }
}

/** Reads metrics when it is asked for them. The exporter of Prometheus would open a port of its own. */
class PullReader extends MetricReader {
  constructor() {
    super({
      // Counters count from the start of the process. A gauge would go on to show what is gone, such as a fleet that
      // was deleted, if it kept the values of earlier reads.
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE
          ? AggregationTemporality.DELTA
          : AggregationTemporality.CUMULATIVE,
    })
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
