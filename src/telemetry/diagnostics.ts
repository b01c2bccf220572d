import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api'
import { readVariable, type Environment } from './environment.ts'
import type { Logger } from './logger.ts'

/** Least time between two log lines about the same problem, in ms. */
const INTERVAL = 60_000
/** Bounds the number of lines where every problem is worded anew. */
const MAX_PROBLEMS = 20

/** By the values of `OTEL_LOG_LEVEL`. More than warnings is also subject to the level of the log lines. */
const LEVELS: Readonly<Record<string, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
}

interface Problem {
  writtenAt: number
  /** Times that it came up since, without a line. */
  suppressed: number
}

/**
 * Writes what OpenTelemetry reports of itself, such as spans that could not be exported, as log lines: a problem
 * once a minute, since it comes up at every export. Returns a function that ends it. There is one such listener a
 * process, and the last one wins.
 */
export function reportDiagnostics(env: Environment, logger: Logger): () => void {
  const problems = new Map<string, Problem>()
  const report = (...args: readonly unknown[]) => {
    const text = describe(args)
    // Counts differ from one report to the next, although the problem is the same.
    const key = text.replaceAll(/\d+/g, '#')
    const now = performance.now()
    const problem = problems.get(key)
    if (problem !== undefined && now - problem.writtenAt < INTERVAL) {
      problem.suppressed++
      return
    }
    if (problem === undefined && !makeRoom(problems, now)) return
    problems.set(key, { writtenAt: now, suppressed: 0 })
    logger.warn({ problem: text, repeated: problem?.suppressed ?? 0 }, 'telemetry has a problem')
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

/** Forgets problems that have not come up for long. False if all have. */
function makeRoom(problems: Map<string, Problem>, now: number): boolean {
  for (const [key, { writtenAt }] of problems) {
    if (now - writtenAt >= INTERVAL) problems.delete(key)
  }
  return problems.size < MAX_PROBLEMS
}

/** The SDK writes errors as JSON with their stack; only the message is for operators. */
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
