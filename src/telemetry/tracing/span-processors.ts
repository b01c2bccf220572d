import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace'
import { readCounts, type Environment } from '../environment.ts'
import type { OtlpProtocol, TraceSettings } from './trace-settings.ts'

/** Each protocol is loaded only where it is used. The exporters read `OTEL_EXPORTER_OTLP_*` from `process.env`. */
const OTLP: Readonly<Record<OtlpProtocol, () => Promise<SpanExporter>>> = {
  grpc: async () =>
    new (await import('@opentelemetry/exporter-trace-otlp-grpc')).OTLPTraceExporter(),
  'http/protobuf': async () =>
    new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter(),
  'http/json': async () =>
    new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter(),
}

const BATCH_VARIABLES = {
  maxQueueSize: ['OTEL_BSP_MAX_QUEUE_SIZE'],
  scheduledDelayMillis: ['OTEL_BSP_SCHEDULE_DELAY'],
  exportTimeoutMillis: ['OTEL_BSP_EXPORT_TIMEOUT'],
  maxExportBatchSize: ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
}

export async function createSpanProcessors(
  { exporters, protocol }: TraceSettings,
  env: Environment,
): Promise<SpanProcessor[]> {
  return Promise.all(
    exporters.map(async (name) =>
      name === 'console'
        ? new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })
        : new BatchSpanProcessor({
            exporter: await OTLP[protocol](),
            ...readCounts(env, BATCH_VARIABLES),
          }),
    ),
  )
}
