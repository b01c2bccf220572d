import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { spawnChild } from './child-process.ts'
import { observe } from './openapi/observed-services.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface ServeProcess extends AsyncDisposable {
  readonly url: string
  readonly adminUrl: string
  readonly child: ChildProcess
  /** Log lines so far, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  /** Lines of standard error so far: none, unless the process ends with an error. */
  readonly errors: readonly string[]
  /** Resolves with the exit code, or the signal's name, once all log lines are read. */
  readonly exited: Promise<number | string>
}

export interface ServeOptions {
  readonly nodeFlags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A command to run the process with, such as one that enters a network namespace. */
  readonly wrapper?: readonly string[]
}

/** Runs `runnel serve` as a process of its own, on ports that the system picks. */
export async function spawnServe(
  flags: readonly string[] = [],
  options: ServeOptions = {},
): Promise<ServeProcess> {
  const ports = ['--listen=127.0.0.1:0', '--admin-listen=127.0.0.1:0']
  const command = [
    process.execPath,
    ...(options.nodeFlags ?? []),
    MAIN,
    'serve',
    ...ports,
    ...flags,
  ]
  const [file, ...args] = [...(options.wrapper ?? []), ...command]
  const child = spawnChild(file!, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...options.env },
  })
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const errors: string[] = []
  createInterface({ input: child.stderr }).on('line', (text) => {
    errors.push(text)
    process.stderr.write(`${text}\n`)
  })
  const lines: Record<string, unknown>[] = []
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Record<string, unknown>
    lines.push(line)
    if (line['msg'] === 'listening') resolve(line)
  })
  void exited.then((code) =>
    reject(new Error(`runnel serve ended with ${code} before it listened`)),
  )
  const listening = await promise
  const addresses = { url: String(listening['url']), adminUrl: String(listening['admin']) }
  const observation = observe(addresses)
  child.once('close', () => {
    observation[Symbol.dispose]()
  })
  return {
    ...addresses,
    child,
    lines,
    errors,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
