import { runCommand } from '../../rig/run-command.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import type { Contender, MeasuredServer } from './contender.ts'
import { startBeside } from './start-beside.ts'
import { serveProgram } from './runnel.ts'
import { startServer, type ServerProgram } from './start-server.ts'

/** One port on three addresses: the load connects to them in turns, as behind a proxy. */
const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3'] as const

/** Three processes on one Redis, whose CPU is not counted: it runs beside the load. */
export const RUNNEL_FLEET = fleet('runnel-redis', 'Runnel, three processes on Redis', HOSTS)

export const RUNNEL_ON_REDIS = fleet('runnel-redis-one', 'Runnel on Redis', HOSTS.slice(0, 1))

function fleet(name: string, title: string, hosts: readonly string[]): Contender {
  return {
    name,
    title,
    prepare: async () => ({
      version: await readRedisVersion(),
      start: async () =>
        startBeside(await RedisServer.start(), async (redis) => startFleet(redis, hosts)),
    }),
  }
}

async function startFleet(redis: RedisServer, hosts: readonly string[]): Promise<MeasuredServer> {
  const port = await freePort()
  const programs = hosts.map(async (host) => program(host, port, redis.url))
  const [first, ...others] = await Promise.all(programs)
  const server = await startServer([first!, ...others], {
    dialect: 'runnel',
    healthPath: '/health/live',
    connectTo: hosts,
  })
  return { ...server, logReads: async () => countReads(redis) }
}

/** The commands that read events, within scripts too. */
async function countReads({ client }: RedisServer): Promise<number> {
  const stats = await client.info('commandstats')
  return Number(/^cmdstat_xrange:calls=(\d+)/m.exec(stats)?.[1] ?? 0)
}

async function program(host: string, port: number, redisUrl: string): Promise<ServerProgram> {
  const serve = await serveProgram(`${host}:${port}`, [`--redis-url=${redisUrl}`])
  return { ...serve, name: `Runnel on ${host}`, host, port }
}

async function readRedisVersion(): Promise<string> {
  const text = await runCommand('redis-server', ['--version'])
  return `Redis ${/v=(\S+)/.exec(text)?.[1] ?? 'of unknown version'}`
}
