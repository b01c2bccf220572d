import { pino, type DestinationStream } from 'pino'

/** Where log lines go. */
export interface LogOutput extends DestinationStream {
  /** Calls back once all lines so far are written. */
  flush(onFlushed?: (error?: Error) => void): void
}

/** `auto`: for people on a terminal, else JSON. */
export type LogFormat = 'auto' | 'json' | 'pretty'

export interface Terminal {
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean
  readonly hasColors: boolean
}

const STANDARD_OUTPUT = 1

/** JSON lines on standard output. */
export function openJsonOutput(): LogOutput {
  return openOutput((line) => line)
}

/** Lines on standard output in a format. What writes for people is loaded only where it is needed. */
export async function openLogOutput(
  format: LogFormat,
  { isTerminal, hasColors }: Terminal,
): Promise<LogOutput> {
  if (format === 'json' || (format === 'auto' && !isTerminal)) return openJsonOutput()
  const { formatForPeople } = await import('./format-for-people.ts')
  return openOutput(formatForPeople(hasColors))
}

function openOutput(format: (line: string) => string): LogOutput {
  // Each line is written at once. With a `minLength` of 0, `flush` would not wait for pending writes.
  const output = pino.destination({ dest: STANDARD_OUTPUT, minLength: 1, sync: false })
  return {
    write: (line) => {
      output.write(format(line))
    },
    flush: (onFlushed) => {
      output.flush(onFlushed)
    },
  }
}
