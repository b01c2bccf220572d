import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api'
import { readVariable, type Environment } from './environment.ts'
import type { Logger } from './logger.ts'
import type { RepeatedLines } from './repeated-lines.ts'

/** By the values of `OTEL_LOG_LEVEL`. More than warnings is also subject to the level of the log lines. */
const LEVELS: Readonly<Record<string, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
}

/** As the SDK words errors of exports: in JSON, with their stack. No other report of it is worded so. */
const EXPORT_ERROR = /^\{"/
/** What a queue reports that no export has emptied. */
const DROPPED_SPANS = /^Dropped \d+ spans/
/** Failed pushes of metrics have a log line already. */
const METRICS_PUSH = /PeriodicExportingMetricReader: metrics export/
/** Numbers and ids differ from one report to the next, although the problem is the same. */
const VARYING = /[\da-f]{16,}|\d+/g

/**
 * Writes what OpenTelemetry reports of itself, such as spans that could not be exported, as log lines. Every export
 * may fail, in several ways in turn: all of them are one line a minute. Returns a function that ends it. There is
 * one such listener a process, and the last one wins.
 */
export function reportDiagnostics(
  env: Environment,
  logger: Logger,
  repeated: RepeatedLines,
): () => void {
  const report = (...args: readonly unknown[]) => {
    const problem = describe(args)
    if (METRICS_PUSH.test(problem)) return
    const isExport = EXPORT_ERROR.test(String(args[0])) || DROPPED_SPANS.test(problem)
    repeated.write({
      level: 'warn',
      message: isExport ? 'spans cannot be sent' : 'telemetry has a problem',
      fields: { problem },
      key: isExport ? [] : [problem.replaceAll(VARYING, '#')],
    })
  }
  const detail: DiagLogger['debug'] = (...args) => {
    logger.debug(describe(args))
  }
  const level = LEVELS[readVariable(env, 'OTEL_LOG_LEVEL')?.toLowerCase() ?? 'warn']
  diag.setLogger(
    { error: report, warn: report, info: detail, debug: detail, verbose: detail },
    { logLevel: level ?? DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  return () => {
    diag.disable()
  }
}

/** Of errors, only the message is for operators. */
function describe(args: readonly unknown[]): string {
  return args.map((arg) => messageOf(arg)).join(' ')
}

function messageOf(arg: unknown): string {
  if (arg instanceof Error) return arg.message
  if (typeof arg !== 'string' || !arg.startsWith('{')) return String(arg)
  try {
    const fields: unknown = JSON.parse(arg)
    const isError = typeof fields === 'object' && fields !== null && 'message' in fields
    return isError ? String(fields.message) : arg
  } catch {
    return arg
  }
}
