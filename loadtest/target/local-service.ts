import { join } from 'node:path'
import { PROJECT } from '../../rig/paths.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { ServerProcess, type ServerProgram } from '../../rig/servers/server-process.ts'
import { MANY_SOCKETS } from '../driver/node-flags.ts'
import { readServer } from './metrics-reader.ts'
import { readProcesses } from './process-reading.ts'
import type { ServerSample } from './target.ts'

export interface LocalServiceOptions {
  readonly name: string
  /** Where it listens for clients, without the port. */
  readonly host: string
  /** Of `runnel serve`, besides its addresses. */
  readonly flags: readonly string[]
}

/** One process of the service, started as the image does, which can be replaced by a new one at the same address. */
export class LocalService implements AsyncDisposable {
  readonly port: number
  readonly #name: string
  readonly #metricsUrl: string
  readonly #program: ServerProgram
  #process: ServerProcess | undefined
  #replacement: Promise<void> = Promise.resolve()
  #isClosed = false

  private constructor({ name, host, flags }: LocalServiceOptions, port: number, adminPort: number) {
    this.#name = name
    this.port = port
    this.#metricsUrl = `http://127.0.0.1:${adminPort}/metrics`
    const addresses = [`--listen=${host}:${port}`, `--admin-listen=127.0.0.1:${adminPort}`]
    const main = join(PROJECT, 'src', 'main.ts')
    this.#program = {
      path: process.execPath,
      args: [...MANY_SOCKETS, main, 'serve', ...addresses, ...flags],
      env: { NODE_ENV: 'production' },
      readyUrl: `http://127.0.0.1:${port}/health/ready`,
    }
  }

  static async start(options: LocalServiceOptions): Promise<LocalService> {
    const service = new LocalService(options, await freePort(), await freePort())
    service.#process = await ServerProcess.start(service.#program)
    return service
  }

  /** Ends the process with a signal, and resolves when a new one is ready. */
  async replace(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#replacement = this.#replace(signal)
    await this.#replacement
  }

  /** Its metrics, and what the kernel says of it; undefined while it is away. */
  async sample(): Promise<ServerSample | undefined> {
    const pid = this.#process?.pid
    const told = await readServer(this.#name, this.#metricsUrl)
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
    const next = await ServerProcess.start(this.#program)
    this.#process = next
    if (this.#isClosed) await next[Symbol.asyncDispose]()
  }
}
