/**
 * Loaded into a service before it starts (`--import`), with `--expose-gc`: on SIGUSR2 it collects garbage
 * and writes what is left as a line of its log.
 */
import { setImmediate } from 'node:timers/promises'

process.on('SIGUSR2', () => void report())

async function collect(): Promise<void> {
  await globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' })
}

async function report(): Promise<void> {
  // Twice, and a turn between them: finalizers of the first make garbage for the second.
  await collect()
  await setImmediate()
  await collect()
  const { heapUsed } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ msg: 'memory', heapUsed })}\n`)
}
