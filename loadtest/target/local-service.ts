import { readProcesses } from '../../rig/servers/process-usage.ts'
import { ServerProcess, type ServerProgram } from '../../rig/servers/server-process.ts'
import { parseServer, readServer } from './metrics-reader.ts'
import type { ServerSample } from './target.ts'

export interface LocalServiceOptions {
  readonly name: string
  /** Where it listens for clients. */
  readonly port: number
  readonly program: ServerProgram
  /** Of its metrics; undefined where it has none. */
  readonly metricsUrl: string | undefined
}

/** One process of a service, which can be replaced by a new one at the same address. */
export class LocalService implements AsyncDisposable {
  readonly port: number
  readonly #options: LocalServiceOptions
  #process: ServerProcess | undefined
  #replacement: Promise<void> = Promise.resolve()
  #isClosed = false

  private constructor(options: LocalServiceOptions) {
    this.port = options.port
    this.#options = options
  }

  static async start(options: LocalServiceOptions): Promise<LocalService> {
    const service = new LocalService(options)
    service.#process = await ServerProcess.start(options.program)
    return service
  }

  /** Ends the process with a signal, and resolves when a new one is ready. */
  async replace(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#replacement = this.#replace(signal)
    await this.#replacement
  }

  /** Its metrics, and what the kernel says of it; undefined while it is away. */
  async sample(): Promise<ServerSample | undefined> {
    const { name, metricsUrl } = this.#options
    const pid = this.#process?.pid
    const told =
      metricsUrl === undefined ? parseServer(name, '') : await readServer(name, metricsUrl)
    if (told === undefined || pid === undefined) return undefined
    return { ...told, ...readProcesses([pid]) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.#process?.[Symbol.asyncDispose]()
    // A new process that was just starting has ended when this settles.
    await this.#replacement.catch(() => undefined)
  }

  async #replace(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#process?.signal(signal)
    await this.#process?.ended
    if (this.#isClosed) return
    const next = await ServerProcess.start(this.#options.program)
    this.#process = next
    if (this.#isClosed) await next[Symbol.asyncDispose]()
  }
}
