import { waitFor } from '../wait-for.ts'
import { redisImage } from './environment.ts'
import { kubectl, kubectlWith } from './kubectl.ts'
import { redisPod, sentinelPod, serviceOf } from './replicated-redis-objects.ts'

/** By which the sentinels know the group. */
const NAME = 'runnel'
/** In ms. Pods start, servers connect, sentinels get to know each other. */
const PATIENCE = 120_000
/** In ms. Each look runs a command in a pod. */
const INTERVAL = 500

const SERVERS = ['redis-0', 'redis-1', 'redis-2']
const SENTINELS = ['sentinel-0', 'sentinel-1', 'sentinel-2']

/** A primary with two replicas, and three sentinels that promote a replica when the primary fails, in a namespace. */
export class ReplicatedRedis {
  readonly #namespace: string

  private constructor(namespace: string) {
    this.#namespace = namespace
  }

  /** Resolves when the replicas follow and the sentinels agree. The namespace's deletion ends it. */
  static async apply(namespace: string): Promise<ReplicatedRedis> {
    const redis = new ReplicatedRedis(namespace)
    const image = redisImage()
    const [primary, ...replicas] = SERVERS.map((name) => redisPod(name, SERVERS[0]!, image))
    // A name that is asked for before it exists is kept as unknown for some seconds by DNS.
    await redis.#apply(serviceOf('redis', 6379), primary!)
    await redis.#apply(...replicas)
    await waitFor('the replicas of Redis', PATIENCE, async () => {
      const info = await redis.#cli(SERVERS[0]!, 'INFO', 'replication')
      if (!info.includes('connected_slaves:2')) throw new Error('not both replicas are connected')
    })
    const sentinels = SENTINELS.map((name) => sentinelPod(name, NAME, SERVERS[0]!, image))
    await redis.#apply(serviceOf('sentinel', 26_379), ...sentinels)
    await Promise.all(SENTINELS.map(async (sentinel) => redis.#knowsAll(sentinel)))
    return redis
  }

  get url(): string {
    return `redis+sentinel://${this.sentinels.join(',')}/${NAME}`
  }

  get sentinels(): readonly string[] {
    return SENTINELS.map((name) => `${name}.sentinel:26379`)
  }

  /** Kills the primary, which stays away. Resolves when the sentinels name another one, which takes writes. */
  async failOver(): Promise<string> {
    const [before, ...others] = await this.#primary()
    if (before === undefined) throw new Error(`expected one primary, got ${others.length}`)
    // Kills all processes that it may, except the first one of the container, which then ends too.
    await this.#exec(before, 'sh', '-c', 'kill -9 -1').catch(() => undefined)
    const findNext = async () => {
      const [now = before] = await this.#primary()
      if (now === before) throw new Error(`the sentinels still name ${before}`)
      if (!(await this.#cli(now, 'ROLE')).startsWith('master')) throw new Error(`${now} follows`)
      return now
    }
    const after = await waitFor('another primary', PATIENCE, findNext, INTERVAL)
    return `killed ${before}; ${after} took over`
  }

  /** The server that the first sentinel names. */
  async #primary(): Promise<readonly string[]> {
    const master = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME]
    const [address = ''] = (await this.#cli(SENTINELS[0]!, '-p', '26379', ...master)).split('\n')
    const path = '--output=jsonpath={range .items[*]}{.metadata.name} {.status.podIP}{"\\n"}{end}'
    const pods = await this.#kubectl('get', 'pods', '--selector=app=redis', path)
    const lines = pods.split('\n').map((line) => line.split(' '))
    // A sentinel names a server by its host until it has seen another one.
    return lines
      .filter(([name = '', ip]) => ip === address || address.startsWith(`${name}.`))
      .map(([name = '']) => name)
  }

  async #knowsAll(sentinel: string): Promise<void> {
    const check = async () => {
      const info = await this.#cli(sentinel, '-p', '26379', 'INFO', 'sentinel')
      if (!/status=ok,.*slaves=2,sentinels=3/.test(info)) throw new Error(info)
    }
    await waitFor(`${sentinel} to know the others`, PATIENCE, check, INTERVAL)
  }

  async #apply(...objects: readonly object[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects }
    await kubectlWith(JSON.stringify(list), 'apply', '--namespace', this.#namespace)
    await this.#kubectl('wait', '--for=condition=Ready', 'pods', '--all', '--timeout=2m')
  }

  async #cli(pod: string, ...args: readonly string[]): Promise<string> {
    return this.#exec(pod, 'redis-cli', ...args)
  }

  async #exec(pod: string, ...command: readonly string[]): Promise<string> {
    return this.#kubectl('exec', pod, '--', ...command)
  }

  async #kubectl(...args: readonly string[]): Promise<string> {
    return kubectl('--namespace', this.#namespace, ...args)
  }
}
