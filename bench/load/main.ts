/** The process that generates the load. It carries out one command of its parent at a time. */
import { Load, type Outcome } from './load.ts'
import type { LoadResult, LoadCommand } from './load-commands.ts'

let load: Load | undefined

process.on('message', (command: LoadCommand) => {
  void answer(command)
})

async function answer(command: LoadCommand): Promise<void> {
  let reply: LoadResult
  try {
    reply = { kind: 'done', outcome: await carryOut(command) }
  } catch (error) {
    reply = { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
  process.send?.(reply)
}

async function carryOut(command: LoadCommand): Promise<Outcome | undefined> {
  if (command.kind === 'begin') {
    load = new Load(command.port, command.publishers)
    return undefined
  }
  if (load === undefined) throw new Error(`expected a server before ${command.kind}`)
  switch (command.kind) {
    case 'rehearse':
      await load.rehearse(command.events)
      return undefined
    case 'connect':
      await load.connect(command.streams)
      return undefined
    case 'disconnect':
      await load.disconnect()
      return undefined
    case 'pace':
      return load.pace(command.rate, command.seconds)
    case 'saturate':
      return load.saturate(command.inFlight, command.seconds)
  }
}
