import type { Address } from '../../redis/connection-probe.ts'
import type { TraceContext } from '../../wire/trace-context.ts'

/** One attempt to append events that carry a trace context, as the server was asked. Times from `performance.now()`. */
export interface TracedCommand {
  /** The context that the events carry. */
  readonly trace: TraceContext
  readonly operation: 'EVALSHA'
  /** The server that holds the channel; undefined where the address is not known. */
  readonly server: Address | undefined
  readonly startedAt: number
  readonly endedAt: number
  /** Of the server or of the connection; undefined if the script has answered, even where it refuses the events. */
  readonly error: unknown
}

/** Must not throw. */
export type TracedCommandListener = (command: TracedCommand) => void

/** Runs a command and reports it to each of the traces, whether it fails or not. */
export async function reportCommand<T>(
  about: Pick<TracedCommand, 'operation' | 'server'>,
  traces: readonly TraceContext[],
  report: TracedCommandListener,
  run: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now()
  const tell = (error: unknown) => {
    const endedAt = performance.now()
    for (const trace of traces) report({ ...about, trace, startedAt, endedAt, error })
  }
  try {
    const answer = await run()
    tell(undefined)
    return answer
  } catch (error) {
    tell(error)
    throw error
  }
}
