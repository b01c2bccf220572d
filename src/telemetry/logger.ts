import { pino, type Logger } from 'pino'

export type { Logger } from 'pino'

const STANDARD_OUTPUT = 1

/** JSON lines on standard output, `time` in RFC 3339. */
export function createLogger(level: string): Logger {
  const options = {
    level,
    // Host and process id would be the same in every line, and a collector of container logs adds them.
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  // Each line is written at once. With a `minLength` of 0, `flush` would not wait for pending writes.
  return pino(options, pino.destination({ dest: STANDARD_OUTPUT, minLength: 1, sync: false }))
}

/**
 * Resolves once all lines so far are written. Writes run beside the event loop: lines that are pending when
 * the process exits would be lost.
 */
export async function flushLogger(logger: Logger): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  // The error is ignored: it says that a pipe cannot be synced to a disk.
  logger.flush(() => {
    resolve()
  })
  await promise
}
