import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Where the contenders run, and where the load comes from. */
export type Core = 0 | 1

/** A Node process on one core. It is killed with the scope that holds it, or with this process. */
export class PinnedProcess implements AsyncDisposable {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #exited: Promise<never>

  constructor(
    name: string,
    core: Core,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    // Standard output is for the report, so the output of a server goes to standard error.
    this.#child = spawn('taskset', ['-c', String(core), process.execPath, ...args], {
      stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
      env: { PATH: process.env['PATH'], ...env },
    })
    this.#exited = rejectAtExit(name, this.#child)
    // `whileAlive` reports the end of the process; between two calls nothing awaits it.
    this.#exited.catch(() => undefined)
    this.pid = this.#child.pid ?? 0
    process.on('exit', this.#kill)
  }

  /** Sends a message and resolves with the answer. One at a time. */
  async ask(message: object): Promise<unknown> {
    const answered = once(this.#child, 'message')
    this.#child.send(message)
    const [answer] = (await this.whileAlive(answered)) as [unknown]
    return answer
  }

  /** Rejects if the process ends before. */
  async whileAlive<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#exited])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#kill()
    await exited
  }

  readonly #kill = (): void => {
    this.#child.kill('SIGKILL')
  }
}

async function rejectAtExit(name: string, child: ChildProcess): Promise<never> {
  // `once` rejects with the error of a process that could not be started.
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  throw new Error(`${name} ended with ${code ?? signal} while it was measured`)
}
