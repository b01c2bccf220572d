import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { waitFor } from '../wait-for.ts'
import { endsWithParent } from './ends-with-parent.ts'

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
  /** Ends the server, by default SIGKILL. One with processes of its own needs a signal that it can pass on. */
  readonly endSignal?: 'SIGKILL' | 'SIGTERM'
}

/** A program that serves until its disposal. */
export class ServerProcess implements AsyncDisposable {
  /** Resolves when the program has ended, with the code of its exit, or the signal's name. */
  readonly ended: Promise<number | string>
  readonly #child: ChildProcess
  readonly #endSignal: NodeJS.Signals

  private constructor(child: ChildProcess, endSignal: NodeJS.Signals) {
    this.#child = child
    this.#endSignal = endSignal
    this.ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  }

  /** Resolves when the server is ready. Does not use the waiting of vitest, since a demo starts servers too. */
  static async start(program: ServerProgram): Promise<ServerProcess> {
    const { path, args, env, readyUrl, endSignal = 'SIGKILL' } = program
    const [file, ...rest] = endsWithParent([path, ...args], endSignal)
    const child = spawn(file, rest, {
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
    const server = new ServerProcess(child, endSignal)
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

  get pid(): number {
    return this.#child.pid!
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Ends the server at once: it keeps nothing that a clean end would save. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill(this.#endSignal)
    await this.ended
  }
}
