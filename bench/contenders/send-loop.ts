import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../../rig/run-command.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import type { Contender, MeasuredServer } from './contender.ts'
import { startInFolder } from './start-beside.ts'
import { startServer } from './start-server.ts'

const SOURCE = fileURLToPath(new URL('./send-loop.c', import.meta.url))

/** What no server can beat that calls `send` for each subscriber and event. */
export const SEND_LOOP: Contender = {
  name: 'send-loop',
  title: 'C, send()',
  prepare: async () => {
    const [version = ''] = (await runCommand('cc', ['--version'])).split('\n')
    return { version, start: async () => startInFolder(startSendLoop) }
  },
}

async function startSendLoop(folder: string): Promise<MeasuredServer> {
  const path = join(folder, 'send-loop')
  await runCommand('cc', ['-O2', '-o', path, SOURCE])
  const port = await freePort()
  const program = { name: 'the C program', path, args: [String(port)], port }
  return startServer([program], { dialect: 'plain' })
}
