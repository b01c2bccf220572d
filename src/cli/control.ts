import { TABLES } from '../config/command-tables.ts'
import { loadKubeConfig } from '../controller/kube/load-kube-config.ts'
import { startController } from '../controller/start-controller.ts'
import { openLogOutput } from '../telemetry/log-output.ts'
import { createLogger } from '../telemetry/logger.ts'
import { otelWarnings } from '../telemetry/otel-warnings.ts'
import { RepeatedLines } from '../telemetry/repeated-lines.ts'
import { startTracing } from '../telemetry/tracing/start-tracing.ts'
import type { Command } from './command.ts'
import { explainTaken } from './explain-taken.ts'
import { readSettings } from './read-settings.ts'
import { watchForEnd } from './watch-for-end.ts'

const USAGE = `runnel control: make fleets as large as their subscribers need, as StreamCapacity objects ask
for it.

It runs in a cluster, with the rights that the chart gives it, or anywhere with a kubeconfig
(KUBECONFIG).`

/** Runs the controller until a signal comes: the first lets it finish its work, the second ends it at once. */
export const control: Command = async (args, io) => {
  const loading = await readSettings(TABLES.control, USAGE, args, io)
  if (typeof loading === 'number') return loading
  const { logLevel, logFormat } = loading.config
  const logger = createLogger(logLevel, await openLogOutput(logFormat, io))
  for (const warning of [...loading.warnings, ...otelWarnings(io.env)]) logger.warn(warning)

  const { env } = io
  const repeated = new RepeatedLines(logger)
  const end = watchForEnd(io, { logger, repeated, onFirst: 'stopping' })
  const tracing = await startTracing({ env, serviceName: 'runnel-controller', logger, repeated })
  const controller = await startController(loading.config, loadKubeConfig(), {
    logger,
    repeated,
    env,
    tracer: tracing?.tracer,
  }).catch((error: unknown) => {
    throw explainTaken(error, '--admin-listen or --metrics-api-listen')
  })
  await end.signaled
  await controller.stop()
  await tracing?.shutdown()
  repeated.close()
  end.stop()
  logger.info('stopped')
  return 0
}
