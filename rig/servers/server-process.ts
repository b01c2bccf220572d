import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { waitFor } from '../wait-for.ts'

/** Milliseconds that a server may take until it is ready. */
const START_TIME = 30_000

/** Lines of output in an error: the last ones say why a server ended. */
const ERROR_LINES = 15

export interface ServerProgram {
  readonly path: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Answers with a success once the server is ready. */
  readonly readyUrl: string
}

/** A program that serves until its disposal. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#ended = once(child, 'close')
  }

  /** Resolves when the server is ready. Does not use the waiting of vitest, since a demo starts servers too. */
  static async start({ path, args, env, readyUrl }: ServerProgram): Promise<ServerProcess> {
    // The server ends with this process, even if that is killed.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', path, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    })
    const lines: string[] = []
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        lines.splice(0, lines.length - ERROR_LINES + 1)
        lines.push(line)
      })
    }
    const server = new ServerProcess(child)
    try {
      await waitFor(path, START_TIME, async () => {
        // A server that has ended will not become ready.
        if (child.exitCode !== null || child.signalCode !== null) return
        const response = await fetch(readyUrl)
        if (!response.ok) throw new Error(`${readyUrl} answers ${response.status}`)
      })
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('it has ended')
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw new Error(`${path} did not start:\n${lines.join('\n')}`, { cause: error })
    }
  }

  /** Kills the server, which keeps nothing that a clean end would save. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
