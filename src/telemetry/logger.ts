import { pino, type DestinationStream, type Logger } from 'pino'
import { redact } from './redact.ts'
import { openJsonOutput } from './log-output.ts'

export type { Logger } from 'pino'

/** Lines as JSON objects for an output, `time` in RFC 3339. Secrets are taken out here, whatever wrote them. */
export function createLogger(level: string, output: DestinationStream = openJsonOutput()): Logger {
  const options = {
    level,
    // Host and process id would be the same in every line, and a collector of container logs adds them.
    base: null,
    timestamp: timeField(),
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
  }
  const redacted: DestinationStream = {
    write: (line) => {
      output.write(redact(line))
    },
  }
  return pino(options, redacted)
}

/** The time as the text of a field. Lines come in bursts, and that of one millisecond is formatted once. */
function timeField(): () => string {
  let at: number | undefined
  let field = ''
  return () => {
    const now = Date.now()
    if (now !== at) {
      at = now
      field = `,"time":"${new Date(now).toISOString()}"`
    }
    return field
  }
}

/**
 * The type, message and stack of an error with those of its causes, and its own fields unless they are objects: an
 * error of the Redis client holds its command, and that the password or the data of events.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const fields = Object.entries(pino.stdSerializers.err(error))
  return Object.fromEntries(fields.filter(([, value]) => typeof value !== 'object'))
}
