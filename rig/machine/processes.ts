import { spawn } from 'node:child_process'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BIN, STATE } from '../layout.ts'
import { waitFor } from '../wait-for.ts'
import { MEMBERS_FILE, memberProcesses } from './cgroups.ts'

/** A program of the cluster that runs until it is told to stop. */
export interface Daemon {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** Throws until it does what it is there for. */
  readonly isReady: () => Promise<unknown>
}

const LOGS = join(STATE, 'log')
const PIDS = join(STATE, 'pids')
/** How much of a log tells why a program ended. */
const LINES_TOLD = 15

/** Nothing of the caller's own environment: proxies and credentials are not for the cluster. */
const ENV = { PATH: `${BIN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` }

/** The shell joins the cluster's control group before it becomes the program. */
const JOIN = `echo $$ >${MEMBERS_FILE} && exec "$@"`

/** Starts a program that outlives this process, and waits until it is ready. */
export async function startDaemon({ name, command, isReady }: Daemon): Promise<void> {
  await mkdir(LOGS, { recursive: true })
  await mkdir(PIDS, { recursive: true })
  const path = join(LOGS, `${name}.log`)
  await using log = await open(path, 'a')
  const child = spawn('/bin/sh', ['-c', JOIN, 'sh', ...command], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: ENV,
  })
  child.unref()
  let end: string | undefined
  child.on('error', (error) => (end = String(error)))
  child.on('exit', (code, signal) => (end = `it ended with ${code ?? signal}`))
  await waitFor(name, 90_000, async () => {
    // Not to wait for what can no longer come.
    if (end === undefined) await isReady()
  })
  if (end === undefined) {
    await writeFile(join(PIDS, name), String(child.pid))
    return
  }
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(-LINES_TOLD)
  throw new Error(`${name} did not start, ${end}:\n${lines.join('\n')}`)
}

/** Throws unless it runs, and does what it is there for. */
export async function expectRunning(name: string, isReady: () => Promise<unknown>): Promise<void> {
  const pid = Number(await readFile(join(PIDS, name), 'utf8'))
  const members = await memberProcesses()
  if (!members.has(pid)) throw new Error(`expected ${name} to run`)
  await isReady()
}

/** The running processes of the cluster, as lines. */
export async function clusterProcesses(): Promise<string[]> {
  const lines: string[] = []
  for (const pid of await memberProcesses()) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    lines.push(`process ${pid}: ${command.replaceAll('\0', ' ').slice(0, 100)}`)
  }
  return lines
}

/**
 * Kills all processes of the cluster, and waits until none is left. They are not asked to end well, since
 * nothing that they would save is kept.
 */
export async function killProcesses(): Promise<void> {
  await waitFor('processes to end', 10_000, async () => {
    const members = await memberProcesses()
    for (const pid of members) kill(pid)
    if (members.size > 0) throw new Error(`${members.size} are still there`)
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
