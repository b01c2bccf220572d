import type { CommandIo } from '../../src/cli/command.ts'

export interface TestIo extends CommandIo {
  readonly output: () => string
  readonly errors: () => string
  /** Sends the signal to all listeners. */
  readonly signal: () => void
}

/** Simulated input and output of a command, for tests with a terminal or a slow reader. */
export function createTestIo(parts: Partial<CommandIo> = {}): TestIo {
  let output = ''
  let errors = ''
  const listeners = new Set<(signal: 'SIGINT') => void>()
  return {
    env: {},
    input: (async function* () {})(),
    isInputTerminal: false,
    write: (text) => {
      output += text
    },
    writeError: (text) => {
      errors += text
    },
    flush: () => Promise.resolve(),
    isTerminal: false,
    hasColors: false,
    isErrorTerminal: false,
    onSignal: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onUncaught: () => () => {},
    onOutputClosed: () => () => {},
    exit: (code) => {
      throw new Error(`exit ${code}`)
    },
    ...parts,
    output: () => output,
    errors: () => errors,
    signal: () => {
      for (const listener of listeners) listener('SIGINT')
    },
  }
}
