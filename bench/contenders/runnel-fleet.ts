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
export const RUNNEL_FLEET: Contender = {
  name: 'runnel-redis',
  title: 'Runnel, three processes on Redis',
  prepare: async () => ({
    version: await readRedisVersion(),
    start: async () => startBeside(await RedisServer.start(), startFleet),
  }),
}

async function startFleet(redis: RedisServer): Promise<MeasuredServer> {
  const port = await freePort()
  const programs = HOSTS.map(async (host) => program(host, port, redis.url))
  const [first, ...others] = await Promise.all(programs)
  return startServer([first!, ...others], {
    dialect: 'runnel',
    healthPath: '/health/live',
    connectTo: HOSTS,
  })
}

async function program(host: string, port: number, redisUrl: string): Promise<ServerProgram> {
  const serve = await serveProgram(`${host}:${port}`, [`--redis-url=${redisUrl}`])
  return { ...serve, name: `Runnel on ${host}`, host, port }
}

async function readRedisVersion(): Promise<string> {
  const text = await runCommand('redis-server', ['--version'])
  return `Redis ${/v=(\S+)/.exec(text)?.[1] ?? 'of unknown version'}`
}
