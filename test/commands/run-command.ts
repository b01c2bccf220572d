import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { spawnChild } from '../support/child-process.ts'

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface RunOptions {
  /** All of standard input; without it, there is none. */
  readonly input?: string | Uint8Array
  /** Lets a test write to `child.stdin` later. */
  readonly keepsInputOpen?: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly nodeFlags?: readonly string[]
}

export interface CommandProcess extends AsyncDisposable {
  readonly child: ChildProcess
  /** The output so far. */
  readonly output: string
  readonly errors: string
  /** The lines of its output, parsed. */
  readonly json: readonly Readonly<Record<string, unknown>>[]
  /** Resolves with the exit code, or the signal's name, once all of its output is read. */
  readonly exited: Promise<number | string>
}

/** Runs `runnel …` as a process of its own. */
export function startCommand(args: readonly string[], options: RunOptions = {}): CommandProcess {
  const { input, keepsInputOpen = false, env, nodeFlags = [] } = options
  const hasInput = keepsInputOpen || input !== undefined
  const child = spawnChild(process.execPath, [...nodeFlags, MAIN, ...args], {
    stdio: [hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  })
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const texts = { output: '', errors: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (texts.output += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.errors += text))
  // A command that needs no input ends without reading it.
  child.stdin?.on('error', () => {})
  if (!keepsInputOpen) child.stdin?.end(input)
  return {
    child,
    exited,
    get output() {
      return texts.output
    },
    get errors() {
      return texts.errors
    },
    get json() {
      const lines = texts.output.split('\n').slice(0, -1)
      return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Runs `runnel …` to its end. */
export async function runCommand(args: readonly string[], options?: RunOptions) {
  await using command = startCommand(args, options)
  const code = await command.exited
  return { code, output: command.output, errors: command.errors }
}
