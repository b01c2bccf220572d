import { VERSION } from '../lib/version.ts'
import type { Environment } from './environment.ts'
import type { Logger } from './logger.ts'
import type { MetricsPush } from './metrics.ts'
import { readPushSettings } from './push-settings.ts'

/** Opens the push that `OTEL_METRICS_EXPORTER` asks for. Undefined where it asks for none, which is the default. */
export async function openPush(
  service: string,
  env: Environment,
  logger: Logger,
): Promise<MetricsPush | undefined> {
  const settings = readPushSettings(env)
  if (settings === undefined) return undefined
  const { protocol, interval, timeout } = settings
  const [
    { PeriodicExportingMetricReader },
    { PushExporter, openOtlpExporter },
    { createResource },
  ] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('./push-exporter.ts'),
    import('./tracing/resource.ts'),
  ])
  const exporter = new PushExporter(await openOtlpExporter(protocol), {
    failed: (error) => logger.warn({ err: error }, 'metrics cannot be pushed'),
    recovered: () => logger.info('metrics are pushed again'),
  })
  return {
    reader: new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: interval,
      exportTimeoutMillis: timeout,
    }),
    resource: createResource(env, { 'service.name': service, 'service.version': VERSION }),
  }
}
