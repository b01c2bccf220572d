import { constants } from 'node:os'
import type { Logger } from '../telemetry/logger.ts'
import { redact } from '../telemetry/redact.ts'
import type { RepeatedLines } from '../telemetry/repeated-lines.ts'
import type { CommandIo } from './command.ts'

export interface EndWatch {
  /** Resolves at the first signal. */
  readonly signaled: Promise<void>
  stop(): void
}

/** The log lines of a command, and the message of the line about its first signal. */
interface Lines {
  readonly logger: Logger
  readonly repeated: RepeatedLines
  readonly onFirst: string
}

/**
 * Watches a command that runs until a signal: the first begins its end, a second one ends the process at once, and so
 * does an error that nothing has caught. Log lines say so.
 */
export function watchForEnd(io: CommandIo, { logger, repeated, onFirst }: Lines): EndWatch {
  const { promise: signaled, resolve } = Promise.withResolvers<void>()
  let signals = 0
  const stopListening = io.onSignal((signal) => {
    signals++
    if (signals === 1) {
      logger.info({ signal }, onFirst)
      return resolve()
    }
    repeated.close()
    logger.info({ signal }, 'ending at once')
    io.exit(128 + constants.signals[signal])
  })
  const stopCatching = io.onUncaught((error) => {
    repeated.close()
    if (logger.isLevelEnabled('fatal')) logger.fatal({ err: error }, 'crashed')
    else io.writeError(redact(`crashed: ${stackOf(error)}\n`))
    io.exit(1)
  })
  const stop = () => {
    stopListening()
    stopCatching()
  }
  return { signaled, stop }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
