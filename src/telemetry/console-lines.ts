import { format } from 'node:util'
import type { RepeatedLines } from './repeated-lines.ts'

/**
 * Makes log lines of what libraries write to the console, until disposal. The Redis client does so at each attempt to
 * connect, on standard error, and has no option against it.
 */
export function writeConsoleLines(repeated: RepeatedLines): Disposable {
  const { warn, error } = console
  const write = (...args: readonly unknown[]) => {
    // The rest is a stack.
    const [detail = ''] = format(...args).split('\n', 1)
    const key = [String(args[0])]
    repeated.write({ level: 'warn', message: 'a library warns', fields: { detail }, key })
  }
  Object.assign(console, { warn: write, error: write })
  return {
    [Symbol.dispose]: () => {
      Object.assign(console, { warn, error })
    },
  }
}
