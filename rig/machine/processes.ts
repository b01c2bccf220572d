import { spawn } from 'node:child_process'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BIN, STATE } from '../paths.ts'
import { waitFor } from '../wait-for.ts'
import { MEMBERS_FILE, memberProcesses } from './cgroups.ts'

/** A program of the cluster that runs until it is stopped. */
export interface Daemon {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** Throws until the program is ready to serve. */
  readonly isReady: () => Promise<unknown>
}

const OUTPUTS = join(STATE, 'log')
const PIDS = join(STATE, 'pids')
/** Lines of output in an error: the last ones say why a program ended. */
const ERROR_LINES = 15

/** The whole environment: proxies and credentials of the caller are not for the cluster. */
const ENV = { PATH: `${BIN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` }

/** The shell joins the cluster's control group before it becomes the program. */
const JOIN = `echo $$ >${MEMBERS_FILE} && exec "$@"`

/** Starts a program that outlives this process, and waits until it is ready. */
export async function startDaemon({ name, command, isReady }: Daemon): Promise<void> {
  await mkdir(OUTPUTS, { recursive: true })
  await mkdir(PIDS, { recursive: true })
  const path = join(OUTPUTS, `${name}.log`)
  await using output = await open(path, 'a')
  const child = spawn('/bin/sh', ['-c', JOIN, 'sh', ...command], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    env: ENV,
  })
  child.unref()
  let end: string | undefined
  child.on('error', (error) => (end = String(error)))
  child.on('exit', (code, signal) => (end = `it ended with ${code ?? signal}`))
  await waitFor(name, 90_000, async () => {
    // A program that has ended will not become ready.
    if (end === undefined) await isReady()
  })
  if (end === undefined) {
    await writeFile(join(PIDS, name), String(child.pid))
    return
  }
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(-ERROR_LINES)
  throw new Error(`${name} did not start, ${end}:\n${lines.join('\n')}`)
}

/** Throws unless the program runs and is ready. */
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
 * Kills all processes of the cluster, and waits until none is left. SIGTERM would only give them time to save
 * state that is removed anyway.
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
