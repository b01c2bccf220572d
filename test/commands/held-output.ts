import { execFileSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { spawnChild } from '../support/child-process.ts'
import { eventually } from '../support/eventually.ts'
import { MAIN } from './run-command.ts'

export const BURST = new URL('write-burst.ts', import.meta.url).href
export const SERVE = ['serve', '--listen=127.0.0.1:0', '--admin-listen=127.0.0.1:0']

/** What standard output is. Children of Node have sockets, those of a shell or of a container pipes. */
export type OutputKind = 'pipe' | 'socket' | 'file'

export type Line = Readonly<Record<string, unknown>>

export interface ServeInto extends AsyncDisposable {
  readonly child: ChildProcess
  /** Of the pipe or the file. */
  readonly path: string
  /** Of standard output, so far. */
  readonly text: string
  readonly lines: readonly Line[]
  readonly errors: string
  /** Resolves with the exit code, or the signal's name, once all output is read. */
  readonly exited: Promise<number | string>
  /** The reader of standard output, which a test may pause; a file has none. */
  readonly reader: Readable | undefined
  /** Resolves to the address once it listens. */
  listening(): Promise<string>
}

/** Runs `runnel serve` with `write-burst.ts`, and with its standard output as asked. */
export async function serveInto(
  kind: OutputKind,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<ServeInto> {
  const folder = await mkdtemp(join(tmpdir(), 'runnel-output-'))
  const path = join(folder, 'output')
  const fifo = kind === 'pipe' ? openFifo(path) : undefined
  const file = kind === 'file' ? openSync(path, 'w') : undefined
  const descriptor = fifo?.writeEnd ?? file
  const child = spawnChild(process.execPath, ['--import', BURST, MAIN, ...SERVE, ...flags], {
    stdio: ['ignore', descriptor ?? 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  })
  if (descriptor !== undefined) closeSync(descriptor)
  const reader = fifo?.reader ?? child.stdout ?? undefined
  const texts = { output: '', errors: '' }
  reader?.setEncoding('utf8').on('data', (text: string) => (texts.output += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.errors += text))
  const closed = once(child, 'close')
  const read = reader === undefined ? undefined : once(reader, 'close')
  const exited = closed.then(async ([code, signal]) => {
    await read
    return (code ?? signal) as number | string
  })
  const serve: ServeInto = {
    child,
    path,
    exited,
    reader,
    get text() {
      return kind === 'file' ? readFileSync(path, 'utf8') : texts.output
    },
    get lines() {
      const whole = serve.text.split('\n').slice(0, -1)
      return whole.map((line) => JSON.parse(line) as Line)
    },
    get errors() {
      return texts.errors
    },
    async listening() {
      return eventually(() => String(serve.lines.find(({ msg }) => msg === 'listening')!['url']))
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      reader?.destroy()
      await exited
      await rm(folder, { recursive: true })
    },
  }
  return serve
}

function openFifo(path: string): { readonly reader: Socket; readonly writeEnd: number } {
  execFileSync('mkfifo', [path])
  return {
    reader: readFifo(path),
    writeEnd: openSync(path, constants.O_WRONLY),
  }
}

export function readFifo(path: string): Socket {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return new Socket({ fd, readable: true, writable: false })
}
