import type { Environment } from './environment.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { openPush, type PushLoggers } from './open-push.ts'
import { startRuntimeMetrics } from './runtime-metrics.ts'

export interface MetricsOptions extends PushLoggers {
  /** The name of the service in what is pushed, unless the environment names another. */
  readonly service: string
  readonly env: Environment
}

/** Starts the metrics of this process: those that its parts add to `meter`, and those of the runtime. */
export async function startMetrics({ service, env, ...loggers }: MetricsOptions): Promise<Metrics> {
  const metrics = createMetrics(await openPush(service, env, loggers))
  const stopRuntimeMetrics = startRuntimeMetrics(metrics.provider)
  return {
    ...metrics,
    close: async () => {
      await metrics.close().catch((error: unknown) => {
        loggers.logger.warn({ err: error }, 'the last metrics could not be pushed')
      })
      stopRuntimeMetrics()
    },
  }
}
