import { Nginx, nginxVersion } from '../../rig/servers/nginx.ts'
import { readSite } from '../../rig/servers/nginx-site.ts'
import { waitFor } from '../../rig/wait-for.ts'
import type { Address } from '../driver/commands.ts'
import type { Variant } from '../scenarios/scenario.ts'
import { expectDescriptors, readRunnelVersion } from './local-machine.ts'
import { startLocalRedis, type LocalRedis } from './local-redis.ts'
import { naiveProgram, runnelProgram } from './local-programs.ts'
import { LocalService } from './local-service.ts'
import type { Ability, FaultName, FleetSample, Target, TargetOptions } from './target.ts'

/** Processes on one Redis, where a scenario makes some of them fail. */
const PROCESSES = 3

/** Streams to one address of an upstream: each takes a local port, of which Linux has 28,000 by default. */
const PER_ADDRESS = 25_000

/** Milliseconds. */
const RECONNECT_TIME = 30_000
const PUBLISH_TIMEOUT = 2_000

/** What a process has open besides streams: publishes, polls, files. */
const RESERVE = 1_000

/**
 * Starts a fresh service behind nginx, with the configuration of the folder `nginx/`: one process with its log in
 * memory, or three on one Redis where the scenario needs faults. The naive variant always has three.
 */
export async function startLocalTarget(options: TargetOptions, variant?: Variant): Promise<Target> {
  const { needs, subscribers, tell } = options
  const missing = needs.filter((ability) => ability === 'autoscaling' || ability === 'tracing')
  if (missing.length > 0) {
    throw new Error(`a local service has no ${missing.join(' and no ')}: use --target cluster`)
  }
  expectDescriptors(subscribers + RESERVE)
  const versions: Record<string, string> = {
    runnel: readRunnelVersion(),
    node: process.versions.node,
    nginx: await nginxVersion(),
  }
  await using parts = new AsyncDisposableStack()
  let redis: LocalRedis | undefined
  if (needs.length > 0 || variant === 'naive') {
    tell('starting Redis')
    redis = parts.use(await startLocalRedis({ canFailOver: needs.includes('redis-fail-over') }))
    versions['redis'] = redis.version
  }
  const count = redis === undefined ? 1 : PROCESSES
  const service = variant === 'naive' ? 'the naive variant' : 'the service'
  tell(`starting ${count === 1 ? 'a process' : `${count} processes`} of ${service}`)
  const services: LocalService[] = []
  for (let index = 1; index <= count; index++) {
    const settings = { name: `process-${index}`, ...serviceSettings(subscribers), redis }
    const program = variant === 'naive' ? naiveProgram(settings) : runnelProgram(settings)
    services.push(parts.use(await LocalService.start(await program)))
  }
  tell(`starting nginx ${versions['nginx']}`)
  const nginx = parts.use(await startNginx(services, subscribers))
  return new LocalTarget({ variant, services, nginx, redis, versions, running: parts.move() })
}

/** What is started for one target. */
interface Parts {
  readonly variant: Variant
  readonly services: readonly LocalService[]
  readonly nginx: Nginx
  readonly redis: LocalRedis | undefined
  readonly versions: Readonly<Record<string, string>>
  readonly running: AsyncDisposableStack
}

class LocalTarget implements Target {
  readonly description: string
  readonly address: Address
  readonly versions: Readonly<Record<string, string>>
  readonly abilities: readonly Ability[]
  readonly #parts: Parts
  #kills = 0

  constructor(parts: Parts) {
    const { variant, services, nginx, redis, versions } = parts
    const processes = services.length === 1 ? '1 process' : `${services.length} processes`
    const of = variant === 'naive' ? ' of the naive variant' : ''
    const log = redis === undefined ? '' : ` on Redis ${redis.version}`
    this.description = `${processes}${of}${log} behind nginx ${versions['nginx']}`
    this.address = {
      dialect: variant === 'naive' ? 'plain' : 'runnel',
      url: nginx.url,
      publishUrl: nginx.url,
      headers: {},
      publishHeaders: {},
      connectTo: [],
    }
    this.versions = versions
    this.abilities = [
      'ingress-reload',
      ...(redis === undefined ? [] : (['rollout', 'pod-kill'] as const)),
      ...(redis?.failOver === undefined ? [] : (['redis-fail-over'] as const)),
    ]
    this.#parts = parts
  }

  async fault(name: FaultName): Promise<void> {
    if (!this.abilities.includes(name)) {
      throw new Error(`expected a target that was started for ${name}, got ${this.description}`)
    }
    const { services, nginx, redis } = this.#parts
    switch (name) {
      case 'rollout':
        for (const service of services) await service.replace('SIGTERM')
        return
      case 'pod-kill':
        await services[this.#kills++ % services.length]?.replace('SIGKILL')
        return
      case 'ingress-reload':
        return nginx.reload()
      case 'redis-fail-over':
        await redis?.failOver?.()
        await Promise.all(services.map(async ({ port }) => expectPublish(port)))
    }
  }

  async watch(): Promise<FleetSample> {
    const servers = await Promise.all(this.#parts.services.map(async (service) => service.sample()))
    return { servers: servers.filter((server) => server !== undefined), replicas: undefined }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.running.disposeAsync()
  }
}

function serviceSettings(subscribers: number) {
  return {
    // While a process is away, the others take its streams.
    places: Math.max(10_000, subscribers + RESERVE),
    // One address suffices unless nginx needs more local ports than it has towards one.
    host: countAddresses(subscribers) === 1 ? '127.0.0.1' : '0.0.0.0',
  }
}

async function startNginx(services: readonly LocalService[], subscribers: number): Promise<Nginx> {
  const site = services.length === 1 ? 'one-process.conf' : 'several-processes.conf'
  const hosts = Array.from(
    { length: countAddresses(subscribers) },
    (_, index) => `127.0.0.${index + 1}`,
  )
  const upstream = services.flatMap(({ port }) => hosts.map((host) => `${host}:${port}`))
  return Nginx.start({
    http: (port) => readSite(site, port, upstream),
    connections: 2 * (subscribers + RESERVE),
  })
}

/** Resolves when the process has found the new primary. */
async function expectPublish(port: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/publish/fail-over`
  const headers = { 'Content-Type': 'text/plain' }
  await waitFor('a publish after the fail-over', RECONNECT_TIME, async () => {
    const signal = AbortSignal.timeout(PUBLISH_TIMEOUT)
    const response = await fetch(url, { method: 'POST', headers, body: 'x', signal })
    await response.text()
    if (!response.ok) throw new Error(`got status ${response.status}`)
  })
}

function countAddresses(subscribers: number): number {
  return Math.max(1, Math.ceil(subscribers / PER_ADDRESS))
}
