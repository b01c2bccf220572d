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
  const { push, warnings } = readPushSettings(env)
  for (const warning of warnings) logger.warn(warning)
  if (push === undefined) return undefined
  const { protocol, interval, timeout } = push
  const [
    { PeriodicExportingMetricReader },
    { PushExporter, openOtlpExporter },
    { describeProcess },
  ] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('./push-exporter.ts'),
    import('./describe-process.ts'),
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
    resource: describeProcess(service),
  }
}
