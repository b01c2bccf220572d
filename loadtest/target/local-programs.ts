import { join } from 'node:path'
import { PROJECT } from '../../rig/paths.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { MANY_SOCKETS } from '../driver/node-flags.ts'
import type { LocalRedis } from './local-redis.ts'
import type { LocalServiceOptions } from './local-service.ts'

/** Where a process listens for clients, and what all of them share. */
export interface LocalProgramOptions {
  readonly name: string
  readonly host: string
  /** Streams that it may be asked for at once. */
  readonly places: number
  /** Undefined for a log in memory. */
  readonly redis: LocalRedis | undefined
}

/** A process of Runnel, started as the image does. */
export async function runnelProgram(options: LocalProgramOptions): Promise<LocalServiceOptions> {
  const { name, host, places, redis } = options
  const [port, adminPort] = [await freePort(), await freePort()]
  const flags = [
    `--listen=${host}:${port}`,
    `--admin-listen=127.0.0.1:${adminPort}`,
    '--auth=none',
    '--trusted-hops=1',
    `--max-streams=${places}`,
    `--max-polls=${places}`,
    // A rollout waits for each process in turn. nginx sends newcomers to one that drains, so that a long window would
    // refuse some of them again and again.
    '--drain-window=2s',
    ...(redis === undefined ? [] : [`--redis-url=${redis.url}`]),
    // Without a replica's word for it, an event may be lost that was accepted.
    ...(redis?.failOver === undefined ? [] : ['--publish-ack=replicated']),
  ]
  const main = join(PROJECT, 'src', 'main.ts')
  const program = {
    path: process.execPath,
    args: [...MANY_SOCKETS, main, 'serve', ...flags],
    env: { NODE_ENV: 'production' },
    readyUrl: `http://127.0.0.1:${port}/health/ready`,
  }
  return { name, port, program, metricsUrl: `http://127.0.0.1:${adminPort}/metrics` }
}

/** A process of the naive variant, which needs Redis. */
export async function naiveProgram(options: LocalProgramOptions): Promise<LocalServiceOptions> {
  const { name, host, redis } = options
  const port = await freePort()
  const program = {
    path: process.execPath,
    args: [join(PROJECT, 'loadtest', 'naive', 'server.mjs')],
    env: { HOST: host, PORT: String(port), ...redisVariables(redis) },
    readyUrl: `http://127.0.0.1:${port}/`,
  }
  return { name, port, program, metricsUrl: undefined }
}

function redisVariables(redis: LocalRedis | undefined): Record<string, string> {
  if (redis === undefined) throw new Error('expected Redis for the naive variant, got none')
  const { url, sentinels } = redis
  return sentinels.length === 0 ? { REDIS_URL: url } : { REDIS_SENTINELS: sentinels.join(',') }
}
