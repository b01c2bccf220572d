import { fileURLToPath } from 'node:url'
import { runCommand } from '../../rig/run-command.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import type { Contender, MeasuredServer } from './contender.ts'
import { nodeProgram, startServer } from './start-server.ts'

const PROJECT = new URL('../../', import.meta.url)
const MAIN = new URL('dist/main.js', PROJECT)

/** Compiles this checkout to what its image has. To be called before any variant of Runnel is started. */
export async function buildRunnel(): Promise<void> {
  await runCommand('npm', ['run', '--silent', 'build'], { cwd: fileURLToPath(PROJECT) })
}

/** What differs from the defaults. */
export interface RunnelOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds. */
  readonly flushInterval?: number
}

/** The service with the log in memory and its own defaults, log lines included. */
export const RUNNEL = runnel('runnel', 'Runnel')

export function runnel(name: string, title: string, options: RunnelOptions = {}): Contender {
  return {
    name,
    title,
    prepare: async () => ({
      version: `this checkout, Node ${process.version}`,
      start: async () => startRunnel(options),
    }),
  }
}

async function startRunnel({
  env = {},
  flushInterval = 0,
}: RunnelOptions): Promise<MeasuredServer> {
  const port = await freePort()
  const flags = flushInterval === 0 ? [] : [`--flush-interval=${flushInterval}ms`]
  const serve = await serveProgram(`127.0.0.1:${port}`, flags)
  return startServer([{ ...serve, name: 'Runnel', env: { ...serve.env, ...env }, port }], {
    dialect: 'runnel',
    healthPath: '/health/live',
    holdsBack: flushInterval,
  })
}

/** A process of the service, started as its image does. */
export async function serveProgram(listen: string, flags: readonly string[]) {
  const args = ['serve', `--listen=${listen}`, '--admin-listen=127.0.0.1:0', ...flags]
  return { ...(await nodeProgram(MAIN, args)), env: { NODE_ENV: 'production' } }
}
