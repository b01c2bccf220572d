/** What a command has of the process. Commands never touch `process` themselves. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly input: AsyncIterable<Uint8Array>
  /** Whether somebody types at the other end of `input`. */
  readonly isInputTerminal: boolean
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** Resolves when all of `write` was taken: until then it waits in memory, and is lost at the end of
   * the process. Resolves as well when nobody takes it any more. */
  readonly flush: () => Promise<void>
  /** Aborted when a write found that its reader is gone, as in `runnel tail news | head -1`. */
  readonly outputClosed: AbortSignal
  /** Whether `write` goes to a terminal: colors are for it alone. */
  readonly isTerminal: boolean
  /** Whether somebody looks at `writeError`: what is redrawn in place is for them alone. */
  readonly isErrorTerminal: boolean
  /** Calls back on SIGINT and SIGTERM. Returns a function that stops it. */
  readonly onSignal: (listener: (signal: 'SIGINT' | 'SIGTERM') => void) => () => void
  /** Ends the process at once. */
  readonly exit: (code: number) => never
}

/** Resolves to the exit code: 0 done, 1 failed, 2 bad use. */
export type Command = (args: readonly string[], io: CommandIo) => Promise<number>

/** The command line asks for what cannot be; the message says what to write instead. Exit code 2. */
export class BadUse extends Error {
  override readonly name = 'BadUse'
}
