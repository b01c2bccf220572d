import { spawn } from 'node:child_process'
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

/**
 * Kills the processes of which `isWanted` says so, and waits until none is left. They are not asked to end
 * well, since nothing that they would save is kept.
 */
export async function killProcesses(isWanted: (command: string) => boolean): Promise<void> {
  await waitFor('processes to end', 10_000, async () => {
    const wanted = (await clusterProcesses()).filter(({ command }) => isWanted(command))
    for (const { pid } of wanted) kill(pid)
    if (wanted.length > 0) throw new Error(`${wanted[0]?.command} is still there`)
  })
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
