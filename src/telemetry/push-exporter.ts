import {
  AggregationTemporality,
  type InstrumentType,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { forgetsGauges } from './pull-reader.ts'
import type { OtlpProtocol } from './otlp-protocols.ts'

type ExportResult = Parameters<Parameters<PushMetricExporter['export']>[1]>[0]

/** Told of the first push that fails, and of the first that succeeds thereafter. */
export interface PushObserver {
  failed(error: Error): void
  recovered(): void
}

/** Pushes over OTLP, with what the exporter of the SDK reads from `OTEL_EXPORTER_OTLP_…`. */
export class PushExporter implements PushMetricExporter {
  readonly #exporter: PushMetricExporter
  readonly #observer: PushObserver
  #isFailing = false

  constructor(exporter: PushMetricExporter, observer: PushObserver) {
    this.#exporter = exporter
    this.#observer = observer
  }

  export(metrics: ResourceMetrics, callback: (result: ExportResult) => void): void {
    this.#exporter.export(metrics, (result) => {
      this.#note(result)
      callback(result)
    })
  }

  selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return (
      forgetsGauges(type) ??
      this.#exporter.selectAggregationTemporality?.(type) ??
      AggregationTemporality.CUMULATIVE
    )
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush()
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown()
  }

  #note({ error }: ExportResult): void {
    const wasFailing = this.#isFailing
    this.#isFailing = error !== undefined
    if (error === undefined && wasFailing) this.#observer.recovered()
    if (error !== undefined && !wasFailing) this.#observer.failed(error)
  }
}

/** Loads the exporter of a protocol alone, and only where metrics are pushed. */
export async function openOtlpExporter(protocol: OtlpProtocol): Promise<PushMetricExporter> {
  switch (protocol) {
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter()
    case 'http/json':
      return new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter()
    case 'grpc':
      return new (await import('@opentelemetry/exporter-metrics-otlp-grpc')).OTLPMetricExporter()
  }
}
