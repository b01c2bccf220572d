import { waitFor } from '../wait-for.ts'
import type { RedisServer, ServerOptions } from './redis-server.ts'
import { startTogether } from './start-together.ts'

const NAME = 'runnel'

/**
 * A primary with two replicas, and three sentinels that promote a replica when the primary fails for a
 * second.
 */
export class Sentinels implements AsyncDisposable {
  readonly servers: readonly RedisServer[]
  readonly sentinels: readonly RedisServer[]

  private constructor(servers: readonly RedisServer[], sentinels: readonly RedisServer[]) {
    this.servers = servers
    this.sentinels = sentinels
  }

  /** The options are for each server, and without the directives for the sentinels too. */
  static async start({ directives, ...options }: ServerOptions = {}): Promise<Sentinels> {
    await using group = new AsyncDisposableStack()
    const [primary] = await startTogether(group, [{ ...options, directives }])
    const replicaof = `127.0.0.1 ${primary!.port}`
    const replica = { ...options, directives: { ...directives, replicaof } }
    const replicas = await startTogether(group, [replica, replica])
    await agree(async () => {
      if ((await primary!.info('connected_slaves')) !== '2') throw new Error('no two replicas yet')
    })
    const lines = [
      `sentinel monitor ${NAME} 127.0.0.1 ${primary!.port} 2`,
      `sentinel down-after-milliseconds ${NAME} 1000`,
      `sentinel failover-timeout ${NAME} 3000`,
    ]
    const sentinel = { ...options, isSentinel: true, lines }
    const sentinels = await startTogether(group, [sentinel, sentinel, sentinel])
    const started = new Sentinels([primary!, ...replicas], sentinels)
    await agree(async () => {
      for (const each of sentinels) {
        const state = await started.#state(each)
        if (state['num-slaves'] !== '2' || state['num-other-sentinels'] !== '2') {
          throw new Error('the sentinels do not know each other yet')
        }
      }
    })
    group.move()
    return started
  }

  get url(): string {
    return this.urlAt('127.0.0.1')
  }

  /** With another name or address of this machine. The sentinels name the primary by address. */
  urlAt(host: string): string {
    const hosts = this.sentinels.map(({ port }) => `${host}:${port}`)
    return `${this.sentinels[0]!.scheme}+sentinel://${hosts.join(',')}/${NAME}`
  }

  /** Resolves to the server that the sentinels agree to be the primary. */
  async primary(): Promise<RedisServer> {
    return agree(async () => {
      const states = await Promise.all(this.sentinels.map(async (each) => this.#state(each)))
      const [port, ...others] = new Set(states.map((state) => Number(state['port'])))
      const server = this.servers.find((each) => each.port === port)
      if (server === undefined || others.length > 0) throw new Error('the sentinels do not agree')
      return server
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [...this.sentinels, ...this.servers]) server.thaw()
    await Promise.all(
      [...this.sentinels, ...this.servers].map(async (server) => server[Symbol.asyncDispose]()),
    )
  }

  async #state({ client }: RedisServer): Promise<Record<string, string>> {
    const reply: unknown = await client.call('SENTINEL', 'MASTER', NAME)
    if (!Array.isArray(reply)) return reply as Record<string, string>
    const entries = reply.flatMap((name, index) =>
      index % 2 === 0 ? [[String(name), String(reply[index + 1])]] : [],
    )
    return Object.fromEntries(entries) as Record<string, string>
  }
}

/** Repeats a check until the servers agree. */
async function agree<T>(check: () => Promise<T>): Promise<T> {
  return waitFor('the servers to agree', 20_000, check, 10)
}
