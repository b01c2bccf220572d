import { once } from 'node:events'
import { waitFor } from '../../rig/wait-for.ts'

/** Milliseconds that an inspector may take to start, and to answer. */
const LIMIT = 10_000
/** Milliseconds between two looks whether it has started. */
const INTERVAL = 20

interface InspectorTarget {
  readonly webSocketDebuggerUrl: string
}

interface HeapUsage {
  readonly usedSize: number
}

/**
 * Bytes of JavaScript that a program of Node has in use after two full collections: the second one frees objects that
 * the first one finalized. They are read through the program's inspector, which a signal starts, so that until then the
 * process has no part that those of users lack.
 */
export async function readHeap(pid: number, inspectorPort: number): Promise<number> {
  process.kill(pid, 'SIGUSR1')
  const { webSocketDebuggerUrl } = await waitFor(
    `the inspector of process ${pid}`,
    LIMIT,
    async () => findTarget(inspectorPort),
    INTERVAL,
  )
  const socket = new WebSocket(webSocketDebuggerUrl)
  try {
    await once(socket, 'open', { signal: AbortSignal.timeout(LIMIT) })
    await call(socket, 'HeapProfiler.collectGarbage')
    await call(socket, 'HeapProfiler.collectGarbage')
    return ((await call(socket, 'Runtime.getHeapUsage')) as HeapUsage).usedSize
  } finally {
    socket.close()
  }
}

async function findTarget(port: number): Promise<InspectorTarget> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`)
  const [target] = (await response.json()) as [InspectorTarget]
  return target
}

/** One call at a time: the next message is its answer. */
async function call(socket: WebSocket, method: string): Promise<unknown> {
  const answered = once(socket, 'message', { signal: AbortSignal.timeout(LIMIT) })
  socket.send(JSON.stringify({ id: 1, method }))
  const [{ data }] = (await answered) as [{ readonly data: string }]
  const { result, error } = JSON.parse(data) as { result?: unknown; error?: unknown }
  if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
  return result
}
