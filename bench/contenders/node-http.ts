import { freePort } from '../../rig/servers/free-port.ts'
import type { Contender } from './contender.ts'
import { nodeProgram, startServer } from './start-server.ts'

const SCRIPT = new URL('./node-http-server.mjs', import.meta.url)

/** What one writes in an hour, with the same flags of Node as Runnel. */
export const NODE_HTTP: Contender = {
  name: 'node-http',
  title: 'node:http',
  prepare: async () => ({
    version: `Node ${process.version}`,
    start: async () => {
      const port = await freePort()
      const program = await nodeProgram(SCRIPT, [String(port)])
      return startServer([{ ...program, name: 'node:http', port }], { dialect: 'plain' })
    },
  }),
}
