import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BIN, STATE } from '../layout.ts'
import { waitFor } from '../wait-for.ts'

/** A program of the cluster that runs until it is told to stop. */
export interface Daemon {
  readonly name: string
  /** The program; its arguments name a file or folder of the cluster, by which it is found again. */
  readonly command: readonly [string, ...string[]]
}

const LOGS = join(STATE, 'log')
/** How much of a log tells why a program ended. */
const LINES_TOLD = 15
/** For a program to end by itself before it is killed, in ms. */
const GRACE = 10_000

/** Starts a program that outlives this process, and waits until `isReady` no longer throws. */
export async function startDaemon(
  { name, command: [program, ...args] }: Daemon,
  isReady: () => Promise<unknown>,
): Promise<void> {
  await mkdir(LOGS, { recursive: true })
  const path = join(LOGS, `${name}.log`)
  await using log = await open(path, 'a')
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, PATH: `${BIN}:${process.env['PATH']}` },
  })
  child.unref()
  let end: string | undefined
  child.on('error', (error) => (end = String(error)))
  child.on('exit', (code, signal) => (end = `it ended with ${code ?? signal}`))
  await waitFor(name, 90_000, async () => {
    // Not to wait for what can no longer come.
    if (end === undefined) await isReady()
  })
  if (end === undefined) return
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(-LINES_TOLD)
  throw new Error(`${name} did not start, ${end}:\n${lines.join('\n')}`)
}

export interface RunningProcess {
  readonly pid: number
  readonly command: string
}

/** The running processes that name the cluster's folder on their command line. */
export async function clusterProcesses(): Promise<RunningProcess[]> {
  const found: RunningProcess[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue
    // A process may end while we look at it.
    const text = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')
    if (text.includes(`${STATE}/`)) {
      found.push({ pid: Number(entry), command: text.replaceAll('\0', ' ').trim() })
    }
  }
  return found
}

/** Ends the processes of which `isWanted` says so: it asks, and after a while kills. */
export async function endProcesses(isWanted: (command: string) => boolean): Promise<void> {
  const wanted = (await clusterProcesses()).filter(({ command }) => isWanted(command))
  for (const { pid } of wanted) send(pid, 'SIGTERM')
  const areGone = async () => {
    for (const { pid } of wanted) {
      if (isRunning(pid)) throw new Error(`process ${pid} is still there`)
    }
  }
  await waitFor('processes to end', GRACE, areGone).catch(() => undefined)
  for (const { pid } of wanted) send(pid, 'SIGKILL')
  await waitFor('killed processes to end', GRACE, areGone)
}

export function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already.
  }
}

/** A zombie, whose parent has not looked yet, has ended: it has no program any more. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`)
}
