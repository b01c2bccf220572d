import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Jaeger } from '../../test/support/jaeger.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { spawnServe, type ServeProcess } from '../../test/support/serve-process.ts'

const PROCESSES = 3

export async function startJaeger({ JAEGER, JAEGER_UI }: NodeJS.ProcessEnv): Promise<Jaeger> {
  if (JAEGER_UI !== undefined && !existsSync(join(JAEGER_UI, 'index.html'))) {
    throw new Error(`JAEGER_UI: expected a folder with the file index.html, got ${JAEGER_UI}`)
  }
  try {
    return await Jaeger.start({ program: JAEGER, webPage: JAEGER_UI })
  } catch (error) {
    if (JAEGER !== undefined) throw error
    const advice = 'JAEGER=path names a released one: https://www.jaegertracing.io/download/'
    throw new Error(`expected to start a Jaeger of our own; ${advice}\n${String(error)}`, {
      cause: error,
    })
  }
}

/** Starts processes that share a Redis; where there is none, a single one, whose log no other could read. */
export async function startProcesses(
  jaeger: Jaeger,
  servers: AsyncDisposableStack,
): Promise<readonly ServeProcess[]> {
  const hasRedis = spawnSync('redis-server', ['--version']).status === 0
  if (!hasRedis) console.log('▸ without the command redis-server there is one process, not three')
  const redis = hasRedis ? servers.use(await RedisServer.start()) : undefined
  const log = redis === undefined ? [] : [`--redis-url=${redis.url}`]
  const start = async (_: unknown, index: number) => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpUrl,
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_BSP_SCHEDULE_DELAY: '500',
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=process-${index + 1}`,
      // The host is the same for all.
      OTEL_NODE_RESOURCE_DETECTORS: 'service',
    }
    // Events of some size must be able to wait for the slow subscriber.
    const flags = ['--subscriber-buffer=1MiB', ...log]
    return servers.use(await spawnServe(flags, { env }))
  }
  return Promise.all(Array.from({ length: hasRedis ? PROCESSES : 1 }, start))
}
