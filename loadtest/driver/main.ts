/** A process that makes load. It carries out one command of its parent at a time, and ends with its parent. */
import type { Answer, Command, DriverMessage } from './commands.ts'
import { Driver } from './driver.ts'

/** Milliseconds. */
const TALLY_INTERVAL = 1_000

let driver: Driver | undefined
let running: AbortController | undefined

process.on('message', (command: Command) => {
  if (command.kind === 'stop') running?.abort()
  else void answer(command)
})

// The parent may have been killed: its sockets would hold places at the server for ever.
process.on('disconnect', () => {
  process.exit()
})

// Ctrl-C reaches the whole process group. The parent decides what becomes of the run.
process.on('SIGINT', () => undefined)

async function answer(command: Exclude<Command, { kind: 'stop' }>): Promise<void> {
  if (running !== undefined) {
    send({ kind: 'answer', answer: failure(`expected one command at a time, got ${command.kind}`) })
    return
  }
  running = new AbortController()
  const reply = await carryOut(command, running.signal).catch((error: unknown) =>
    failure(error instanceof Error ? error.message : String(error)),
  )
  running = undefined
  tell()
  send({ kind: 'answer', answer: reply })
}

async function carryOut(
  command: Exclude<Command, { kind: 'stop' }>,
  signal: AbortSignal,
): Promise<Answer> {
  if (command.kind === 'prepare') {
    if (driver !== undefined) throw new Error('expected one prepare for each driver, got another')
    driver = await Driver.prepare(command)
    driver.start()
    setInterval(tell, TALLY_INTERVAL)
    return { kind: 'done' }
  }
  if (driver === undefined) throw new Error(`expected prepare before ${command.kind}`)
  return driver.carryOut(command, signal)
}

function failure(reason: string): Answer {
  return { kind: 'failed', reason }
}

function tell(): void {
  if (driver !== undefined) send({ kind: 'tally', tally: driver.takeTally() })
}

function send(message: DriverMessage): void {
  if (process.connected) process.send?.(message)
}
