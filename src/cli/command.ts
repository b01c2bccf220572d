/** Signals that ask a process to end. SIGHUP comes when the terminal is closed. */
export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export type EndSignal = (typeof END_SIGNALS)[number]

/** The parts of the process that a command may use. Commands never use `process` itself. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly input: AsyncIterable<Uint8Array>
  /** Whether `input` is a terminal, and not a file or a pipe. */
  readonly isInputTerminal: boolean
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** Resolves when all output of `write` has left the memory of the process, which would lose it at its
   * end. Resolves as well when the reader is gone. */
  readonly flush: () => Promise<void>
  /** Whether `write` goes to a terminal. */
  readonly isTerminal: boolean
  /** Whether `write` may write colors: to a terminal that shows them, and unless NO_COLOR is set. */
  readonly hasColors: boolean
  /** Whether `writeError` goes to a terminal: only then may a line be redrawn. */
  readonly isErrorTerminal: boolean
  /** Calls back on each of `END_SIGNALS`. Returns a function that stops it. */
  readonly onSignal: (listener: (signal: EndSignal) => void) => () => void
  /** Calls back on an error, or the reason of a rejected promise, that nothing has caught, in place of the end that
   * Node makes then. Returns a function that stops it. */
  readonly onUncaught: (listener: (error: unknown) => void) => () => void
  /** Calls back when the reader of the output is gone, as in `runnel tail news | head -1`. Returns a function that
   * stops it. */
  readonly onOutputClosed: (listener: () => void) => () => void
  /** Ends the process at once. */
  readonly exit: (code: number) => never
}

/** Resolves to the exit code: 0 done, 1 failed, 2 bad use. */
export type Command = (args: readonly string[], io: CommandIo) => Promise<number>

/** The command line is wrong; the message says how to write it. Exit code 2. */
export class BadUse extends Error {
  override readonly name = 'BadUse'
}
