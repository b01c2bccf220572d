import { once } from 'node:events'
import { waitFor } from '../../rig/wait-for.ts'

/** Milliseconds that an inspector may take to start, and to answer. */
const LIMIT = 30_000
/** Milliseconds between two looks whether it has started. */
const INTERVAL = 20

interface InspectorTarget {
  readonly webSocketDebuggerUrl: string
}

/**
 * The inspector of a program of Node. A signal starts it, so that until then the process has no part that those of users
 * lack.
 */
export class Inspector implements Disposable {
  readonly #socket: WebSocket

  private constructor(socket: WebSocket) {
    this.#socket = socket
  }

  static async connect(pid: number, port: number): Promise<Inspector> {
    process.kill(pid, 'SIGUSR1')
    const { webSocketDebuggerUrl } = await waitFor(
      `the inspector of process ${pid}`,
      LIMIT,
      async () => findTarget(port),
      INTERVAL,
    )
    const socket = new WebSocket(webSocketDebuggerUrl)
    await once(socket, 'open', { signal: AbortSignal.timeout(LIMIT) })
    return new Inspector(socket)
  }

  /** One call at a time: the next message is its answer. */
  async call(method: string): Promise<unknown> {
    const answered = once(this.#socket, 'message', { signal: AbortSignal.timeout(LIMIT) })
    this.#socket.send(JSON.stringify({ id: 1, method }))
    const [{ data }] = (await answered) as [{ readonly data: string }]
    const { result, error } = JSON.parse(data) as { result?: unknown; error?: unknown }
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }
}

async function findTarget(port: number): Promise<InspectorTarget> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`)
  const [target] = (await response.json()) as [InspectorTarget]
  return target
}
