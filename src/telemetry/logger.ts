import { pino, type Logger } from 'pino'

export type { Logger } from 'pino'

/** JSON lines on standard output, `time` in RFC 3339. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    // A container's host and process id are the same in every line; whoever collects them knows.
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
}
