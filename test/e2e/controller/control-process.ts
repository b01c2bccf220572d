import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { spawnChild } from '../../support/child-process.ts'

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

export type LogLine = Readonly<Record<string, unknown>>

export interface ControlProcess extends AsyncDisposable {
  readonly adminUrl: string
  readonly child: ChildProcess
  /** Log lines so far, parsed. */
  readonly lines: readonly LogLine[]
  /** Resolves with the exit code, or the signal's name, once all log lines are read. */
  readonly exited: Promise<number | string>
  /** Whether its log lines say that it leads. */
  readonly isLeader: boolean
  /** Whether a log line, as JSON without escapes, matches; lines before the one with the number are left out. */
  hasLogged(pattern: RegExp, from?: number): boolean
  /** What a path of its admin listener answers, after the status and without escapes of JSON. */
  read(path: string): Promise<string>
  /** The sum of all values of a metric whose labels contain a text. */
  metric(name: string, labels?: string): Promise<number>
}

export interface ControlOptions {
  readonly kubeconfig: string
  readonly namespace: string
  readonly flags?: readonly string[]
  readonly nodeFlags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Runs `runnel control` as a process of this machine. It has an admin listener on a port that the system picks. */
export async function spawnControl(options: ControlOptions): Promise<ControlProcess> {
  const { kubeconfig, namespace, flags = [], nodeFlags = [], env = {} } = options
  const args = ['control', '--admin-listen=127.0.0.1:0', `--namespace=${namespace}`, ...flags]
  const child = spawnChild(process.execPath, [...nodeFlags, MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, ...env },
  })
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const lines: LogLine[] = []
  const { promise: listening, resolve, reject } = Promise.withResolvers<LogLine>()
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as LogLine
    lines.push(line)
    if (line['msg'] === 'listening') resolve(line)
  })
  void exited.then((code) =>
    reject(new Error(`runnel control ended with ${code} before it listened`)),
  )
  const adminUrl = String((await listening)['admin'])
  const read = async (path: string) => {
    const response = await fetch(`${adminUrl}${path}`)
    return `${response.status} ${withoutEscapes(await response.text())}`
  }
  return {
    adminUrl,
    child,
    lines,
    exited,
    read,
    get isLeader() {
      const last = lines.findLast(({ msg }) => msg === 'leading' || msg === 'not leading')
      return last?.['msg'] === 'leading'
    },
    hasLogged: (pattern, from = 0) =>
      lines.slice(from).some((line) => pattern.test(withoutEscapes(JSON.stringify(line)))),
    async metric(name, labels = '') {
      const text = await read('/metrics')
      return text
        .split('\n')
        .filter((line) => new RegExp(`^${name}[{ ]`).test(line) && line.includes(labels))
        .reduce((sum, line) => sum + Number(/ (\S+)(?: \d+)?$/.exec(line)?.[1]), 0)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

function withoutEscapes(json: string): string {
  return json.replaceAll(String.raw`\"`, '"')
}
