/**
 * Preloaded into a service (`--import`), with `--expose-gc`: on SIGUSR2 it collects garbage, and writes the heap
 * in use as a log line.
 */
import { setImmediate } from 'node:timers/promises'

process.on('SIGUSR2', () => void report())

async function collect(): Promise<void> {
  await globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' })
}

async function report(): Promise<void> {
  // The second collection frees what finalizers of the first released in the turn between them.
  await collect()
  await setImmediate()
  await collect()
  const { heapUsed } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ msg: 'memory', heapUsed })}\n`)
}
