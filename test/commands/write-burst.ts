/**
 * Loaded into a process before Runnel. On SIGUSR2, or at its first log line, it writes many lines with the logger of the
 * process and then, while they wait, does what the variable BURST_THEN says.
 */
import { tracingChannel } from 'node:diagnostics_channel'
import type { Logger } from 'pino'

const { BURST_LINES = '5000', BURST_PAD = '', BURST_THEN, BURST_AT_FIRST_LINE } = process.env

const AFTER: Readonly<Record<string, () => unknown>> = {
  throw: () => {
    throw new Error('nobody catches this')
  },
  reject: () => Promise.reject(new Error('nobody catches this')),
  exit: () => process.exit(3),
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
  SIGINT: () => process.kill(process.pid, 'SIGINT'),
  SIGHUP: () => process.kill(process.pid, 'SIGHUP'),
}

let logger: Logger | undefined
// Pino tells of each line with its logger.
const lines = tracingChannel<unknown, { instance: Logger }>('pino_asJson')
lines.start.subscribe((message) => {
  if (logger !== undefined) return
  logger = (message as { instance: Logger }).instance
  if (BURST_AT_FIRST_LINE === '1') write()
})
process.on('SIGUSR2', () => {
  write()
  if (BURST_THEN !== undefined) AFTER[BURST_THEN]?.()
})

function write(): void {
  const pad = '-'.repeat(Number(BURST_PAD))
  for (let n = 0; n < Number(BURST_LINES); n++) logger?.info({ n, pad }, 'burst')
  process.stderr.write('burst\n')
}
