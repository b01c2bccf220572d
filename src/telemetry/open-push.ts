import { VERSION } from '../lib/version.ts'
import type { Environment } from './environment.ts'
import type { Logger } from './logger.ts'
import type { MetricsPush } from './metrics.ts'
import { readPushSettings } from './push-settings.ts'
import type { RepeatedLines } from './repeated-lines.ts'

/** Where the push tells of its failures, and of their end. */
export interface PushLoggers {
  readonly logger: Logger
  readonly repeated: RepeatedLines
}

/** Opens the push that `OTEL_METRICS_EXPORTER` asks for. Undefined where it asks for none, which is the default. */
export async function openPush(
  service: string,
  env: Environment,
  { logger, repeated }: PushLoggers,
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
  const resource = createResource(env, { 'service.name': service, 'service.version': VERSION })
  // A scrape reads all attributes, and would report those that are still looked up as a problem.
  await resource.waitForAsyncAttributes?.()
  const exporter = new PushExporter(await openOtlpExporter(protocol), {
    failed: ({ message }) => {
      const fields = { problem: message }
      repeated.write({ level: 'warn', message: 'metrics cannot be pushed', fields })
    },
    recovered: () => logger.info('metrics are pushed again'),
  })
  return {
    reader: new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: interval,
      exportTimeoutMillis: timeout,
    }),
    resource,
  }
}
