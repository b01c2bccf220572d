import { load } from '../config/load.ts'
import { flagMeantBy, flagOptions } from '../config/names.ts'
import { formatProblem } from '../config/read-setting.ts'
import { TABLES } from '../config/command-tables.ts'
import { parseFlags } from '../lib/parse-flags.ts'
import { writeConsoleLines } from '../telemetry/console-lines.ts'
import { openLogOutput } from '../telemetry/log-output.ts'
import { createLogger } from '../telemetry/logger.ts'
import { otelWarnings } from '../telemetry/otel-warnings.ts'
import { RepeatedLines } from '../telemetry/repeated-lines.ts'
import { startTracing } from '../telemetry/tracing/start-tracing.ts'
import type { Command } from './command.ts'
import { descriptorWarning } from '../service/descriptor-limit.ts'
import { explainTaken } from './explain-taken.ts'
import { settingsHelp } from './settings-help.ts'
import { watchForEnd } from './watch-for-end.ts'
import { startService } from '../service/start-service.ts'

/** Runs the stream service until a signal comes: the first drains it, the second ends it at once. */
export const serve: Command = async (args, io) => {
  const { values: flags } = parseFlags(
    {
      args: [...args],
      options: { ...flagOptions(TABLES.serve.settings), help: { type: 'boolean', short: 'h' } },
    },
    flagMeantBy,
  )
  const { help, ...settingFlags } = flags
  if (help === true) {
    io.write(
      `runnel serve: publish, stream and poll events over HTTP.\n\n${settingsHelp(TABLES.serve)}`,
    )
    return 0
  }

  const tables = Object.values(TABLES)
  const loading = await load(TABLES.serve, { env: io.env, flags: settingFlags, tables })
  if (loading.kind === 'refused') {
    for (const warning of loading.warnings) io.writeError(`warning: ${warning}\n`)
    for (const problem of loading.problems) io.writeError(`${formatProblem(problem)}\n`)
    return 2
  }
  const { logLevel, logFormat } = loading.config
  const output = await openLogOutput(logFormat, io)
  const logger = createLogger(logLevel, output)
  const descriptors = await descriptorWarning(loading.config)
  for (const warning of [...loading.warnings, descriptors, ...otelWarnings(io.env)]) {
    if (warning !== undefined) logger.warn(warning)
  }

  const { env } = io
  const repeated = new RepeatedLines(logger)
  const end = watchForEnd(io, { logger, repeated, onFirst: 'draining' })
  using _consoleLines = writeConsoleLines(repeated)
  const tracing = await startTracing({ env, serviceName: 'runnel', logger, repeated })
  const lostLines = () => output.lostLines
  const options = { env, repeated, tracing, lostLines }
  const service = await startService(loading, logger, options).catch((error: unknown) => {
    throw explainTaken(error, '--listen or --admin-listen')
  })
  await end.signaled
  await service.drain.begin()
  await service.stop()
  // The last spans are those of the streams that the drain has closed.
  await tracing?.shutdown()
  repeated.close()
  end.stop()
  logger.info('drained')
  return 0
}
