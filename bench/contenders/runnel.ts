import type { Contender, MeasuredServer, StartOptions } from './contender.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { nodeCommand, startServer } from './start-server.ts'

const MAIN = new URL('../../src/main.ts', import.meta.url)

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
      start: async (startOptions) => startRunnel(options, startOptions),
    }),
  }
}

async function startRunnel(
  { env = {}, flushInterval = 0 }: RunnelOptions,
  { withProbe }: StartOptions,
): Promise<MeasuredServer> {
  const port = await freePort()
  const flags = flushInterval === 0 ? [] : [`--flush-interval=${flushInterval}ms`]
  const serve = serveCommand(`127.0.0.1:${port}`, flags, withProbe)
  return startServer([{ ...serve, name: 'Runnel', env, port }], {
    dialect: 'runnel',
    healthPath: '/health/live',
    holdsBack: flushInterval,
  })
}

/** The path and arguments of the service. */
export function serveCommand(listen: string, flags: readonly string[], withProbe: boolean) {
  const args = ['serve', `--listen=${listen}`, '--admin-listen=127.0.0.1:0', ...flags]
  return nodeCommand(MAIN, args, withProbe)
}
