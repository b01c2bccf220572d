import { freePort } from '../../rig/servers/free-port.ts'
import type { Contender } from './contender.ts'
import { nodeCommand, startServer } from './start-server.ts'

const SCRIPT = new URL('./node-http-server.ts', import.meta.url)

/** What one writes in an hour, with the same flags of Node as Runnel. */
export const NODE_HTTP: Contender = {
  name: 'node-http',
  title: 'node:http',
  prepare: async () => ({
    version: `Node ${process.version}`,
    start: async ({ withProbe }) => {
      const port = await freePort()
      const command = nodeCommand(SCRIPT, [String(port)], withProbe)
      return startServer([{ ...command, name: 'node:http', port }], { dialect: 'plain' })
    },
  }),
}
