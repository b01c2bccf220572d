import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { endsWithParent } from '../../rig/servers/ends-with-parent.ts'

/** Where servers run, and where the load comes from. */
export const SERVER_CORE = 0
export const LOAD_CORE = 1

/** Lines of output in an error: the last ones say why a program ended. */
const ERROR_LINES = 15

export interface PinnedProgram {
  /** For people. */
  readonly name: string
  readonly core: number
  readonly path: string
  readonly args: readonly string[]
  /** Its variables besides the path. */
  readonly env?: Readonly<Record<string, string>>
  /** By default SIGKILL. nginx needs SIGTERM, or its workers stay. */
  readonly endSignal?: 'SIGTERM'
}

/** A program on one core. It ends with the scope that holds it, or with this process, however that ends. */
export class PinnedProcess implements AsyncDisposable {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #endSignal: 'SIGTERM' | 'SIGKILL'
  readonly #ended: Promise<never>

  private constructor(name: string, child: ChildProcess, endSignal: 'SIGTERM' | 'SIGKILL') {
    this.#child = child
    this.#endSignal = endSignal
    this.#ended = rejectAtEnd(name, child)
    // `whileAlive` reports the end of the process; between two calls nothing awaits it.
    this.#ended.catch(() => undefined)
    this.pid = child.pid ?? 0
  }

  static start({ name, core, path, args, env, endSignal }: PinnedProgram): PinnedProcess {
    const signal = endSignal ?? 'SIGKILL'
    const pinned = endsWithParent(['taskset', '-c', String(core), path, ...args], signal)
    const [file, ...rest] = pinned
    const child = spawn(file, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    })
    return new PinnedProcess(name, child, signal)
  }

  /** Rejects if the process ends before. */
  async whileAlive<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#ended])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill(this.#endSignal)
    await exited
  }
}

/** Reads all output, since a program would block on a full pipe. */
async function rejectAtEnd(name: string, child: ChildProcess): Promise<never> {
  const lines: string[] = []
  for (const input of [child.stdout, child.stderr]) {
    if (input === null) continue
    createInterface({ input }).on('line', (line) => {
      lines.splice(0, lines.length - ERROR_LINES + 1)
      lines.push(line)
    })
  }
  // `once` rejects with the error of a program that could not be started.
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  throw new Error([`${name} ended with ${code ?? signal}`, ...lines].join('\n'))
}
