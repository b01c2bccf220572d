import { PlainProgress } from './progress/plain-progress.ts'
import type { Progress } from './progress.ts'
import { TerminalProgress } from './progress/terminal-progress.ts'

/** A block that is drawn anew on a terminal; elsewhere plain lines, one for each phase and every five seconds. */
export function startProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY
    ? new TerminalProgress(stream)
    : new PlainProgress((text) => stream.write(text))
}
