import type { DestinationStream } from 'pino'
import { BatchWriter } from './batch-writer.ts'
import { openStandardOutput } from './standard-output.ts'

/** Where log lines go, each with its line end. */
export interface LogOutput extends DestinationStream {
  /** How many lines nobody can read, since they were not read fast enough, or their reader was gone. */
  readonly lostLines: number
}

/** `auto`: for people on a terminal, else JSON. */
export type LogFormat = 'auto' | 'json' | 'pretty'

export interface Terminal {
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean
  readonly hasColors: boolean
}

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
  const writer = new BatchWriter({
    open: openStandardOutput,
    describeLoss: (count) => format(lossLine(count)),
  })
  return {
    get lostLines() {
      return writer.lostLines
    },
    write: (line) => {
      writer.write(format(line))
    },
  }
}

/** In the form of all lines. Their logger cannot write it: it stands before the line that is being written. */
function lossLine(count: number): string {
  const time = new Date().toISOString()
  const msg = 'log lines are lost: standard output was not read fast enough'
  return `${JSON.stringify({ level: 'warn', time, count, msg })}\n`
}
