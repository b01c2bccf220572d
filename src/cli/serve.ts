import { parseArgs } from 'node:util'
import { flagOptions } from '../config/names.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import { formatProblem } from '../config/setting-problem.ts'
import { createLogger, flushLogger } from '../telemetry/logger.ts'
import type { Command } from './command.ts'
import { descriptorWarning } from './descriptor-limit.ts'
import { settingsHelp } from './help.ts'
import { startService } from './start-service.ts'

/** Runs the stream service until a signal comes: the first drains it, the second ends it at once. */
export const serve: Command = async (args, io) => {
  const { values: flags } = parseArgs({
    args: [...args],
    options: { ...flagOptions(), help: { type: 'boolean', short: 'h' } },
  })
  const { help, ...settingFlags } = flags
  if (help === true) {
    io.write(`runnel serve: publish, stream and poll events over HTTP.\n\n${settingsHelp()}`)
    return 0
  }

  const resolution = resolveConfig({ env: io.env, flags: settingFlags })
  if (resolution.kind === 'refused') {
    for (const warning of resolution.warnings) io.writeError(`warning: ${warning}\n`)
    for (const problem of resolution.problems) io.writeError(`${formatProblem(problem)}\n`)
    return 2
  }
  const logger = createLogger(resolution.config.logLevel)
  const descriptors = await descriptorWarning(resolution.config)
  for (const warning of [...resolution.warnings, descriptors]) {
    if (warning !== undefined) logger.warn(warning)
  }

  const { promise: signaled, resolve: onFirst } = Promise.withResolvers<void>()
  let signals = 0
  const stopListening = io.onSignal((signal) => {
    signals++
    logger.info({ signal }, signals === 1 ? 'draining' : 'ending at once')
    if (signals > 1) io.exit(signal === 'SIGINT' ? 130 : 143)
    onFirst()
  })
  const service = await startService(resolution.config, logger).catch((error: unknown) => {
    throw explainTaken(error)
  })
  await signaled
  await service.drain.begin()
  await service.stop()
  stopListening()
  logger.info('drained')
  await flushLogger(logger)
  return 0
}

/** The system's own words do not say what to do about it. */
function explainTaken(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error
  const address = error.message.split(' ').at(-1)
  const advice = 'choose another with --listen or --admin-listen'
  return new Error(`expected ${address} to be free, something listens there: ${advice}`, {
    cause: error,
  })
}
