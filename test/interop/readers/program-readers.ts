import { toolPath, type RigTool } from '../../support/rig-tools.ts'
import { collectEvents, type InteropClient, SILENCE } from '../interop-client.ts'
import { openJsonLines, readFromProcess } from '../process-clients.ts'

/** Programs of the rig, of which each reads with one library: rig/modules/sse-readers and rig/python/sse-readers. */
export const GO_READERS = readersOf('go-sse-readers', [
  'r3labs/sse',
  'tmaxmax/go-sse',
  'bufio.Scanner',
])

export const PYTHON_READERS = readersOf('python-sse-readers', [
  'sseclient-py',
  'httpx-sse',
  'aiohttp-sse-client2',
])

function readersOf(tool: RigTool, libraries: readonly string[]): readonly InteropClient[] {
  return libraries.map((library) => ({
    name: library,
    canReconnect: true,
    collect: async (url, options = {}) => {
      const { silence = SILENCE } = options
      const program = await toolPath(tool)
      return collectEvents(options, (sink) =>
        readFromProcess(sink, program, [library, url, `${silence / 1000}`], openJsonLines),
      )
    },
  }))
}
