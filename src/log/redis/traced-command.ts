import type { TraceContext } from '../../wire/trace-context.ts'

/** One attempt to append events that carry a trace context, as the server was asked. Times from `performance.now()`. */
export interface TracedCommand {
  /** The context that the events carry. */
  readonly trace: TraceContext
  readonly operation: 'EVALSHA'
  /** The server that holds the channel; undefined where the address is not known. */
  readonly server: { readonly host: string; readonly port: number } | undefined
  readonly startedAt: number
  readonly endedAt: number
  /** Of the server or of the connection; undefined if the script has answered, even where it refuses the events. */
  readonly error: unknown
}

/** Must not throw. */
export type TracedCommandListener = (command: TracedCommand) => void
