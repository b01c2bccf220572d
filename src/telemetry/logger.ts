import { pino, type Logger } from 'pino'

export type { Logger } from 'pino'

const STANDARD_OUTPUT = 1

/** JSON lines on standard output, `time` in RFC 3339. */
export function createLogger(level: string): Logger {
  const options = {
    level,
    // A container's host and process id are the same in every line; whoever collects them knows.
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  // Each line is written as it comes, but with less than this length `flush` would not wait.
  return pino(options, pino.destination({ dest: STANDARD_OUTPUT, minLength: 1, sync: false }))
}

/**
 * Resolves once all lines so far are written. Lines are written beside the event loop: what is on its way
 * when the process ends would come after its last words, or never.
 */
export async function flushLogger(logger: Logger): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  // The error, if any, is that a pipe cannot be synced to a disk.
  logger.flush(() => {
    resolve()
  })
  await promise
}
