import { AggregationTemporality, InstrumentType, MetricReader } from '@opentelemetry/sdk-metrics'

/** Reads metrics when it is asked for them. The exporter of Prometheus would open a port of its own. */
export class PullReader extends MetricReader {
  constructor() {
    super({
      aggregationTemporalitySelector: (type) =>
        forgetsGauges(type) ?? AggregationTemporality.CUMULATIVE,
    })
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

/**
 * Counters count from the start of the process. A gauge would go on to show what is gone, such as a fleet that was
 * deleted, if it kept the values of earlier reads. Undefined for all that is no gauge.
 */
export function forgetsGauges(type: InstrumentType): AggregationTemporality | undefined {
  return type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : undefined
}
