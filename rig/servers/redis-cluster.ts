import { waitFor } from '../wait-for.ts'
import type { RedisServer, ServerOptions } from './redis-server.ts'
import { startTogether } from './start-together.ts'

const SLOTS = 16_384
const PRIMARIES = 3

/** Three primaries, each with a replica that takes over when it fails for two seconds. */
export class RedisCluster implements AsyncDisposable {
  readonly nodes: readonly RedisServer[]
  readonly #ids: ReadonlyMap<RedisServer, string>

  private constructor(nodes: readonly RedisServer[], ids: ReadonlyMap<RedisServer, string>) {
    this.nodes = nodes
    this.#ids = ids
  }

  /** The options are for each node. */
  static async start(options: ServerOptions = {}): Promise<RedisCluster> {
    const directives = {
      ...options.directives,
      'cluster-enabled': 'yes',
      'cluster-node-timeout': 2_000,
      'cluster-replica-validity-factor': 0,
    }
    await using group = new AsyncDisposableStack()
    const nodes = await startTogether(
      group,
      Array.from({ length: 2 * PRIMARIES }, () => ({ ...options, directives })),
    )
    const ids = new Map<RedisServer, string>()
    for (const node of nodes) ids.set(node, String(await node.client.call('CLUSTER', 'MYID')))
    const [first] = nodes
    for (const [index, { client }] of nodes.entries()) {
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
      const bus = String((await client.config('GET', 'cluster-port'))[1])
      await first!.client.call('CLUSTER', 'MEET', '127.0.0.1', nodes[index]!.port, bus)
    }
    for (let index = 0; index < PRIMARIES; index++) {
      const [from, to] = [index, index + 1].map((part) => Math.floor((SLOTS * part) / PRIMARIES))
      await nodes[index]!.client.call('CLUSTER', 'ADDSLOTSRANGE', from!, to! - 1)
    }
    for (let index = 0; index < PRIMARIES; index++) {
      const { client } = nodes[PRIMARIES + index]!
      const id = ids.get(nodes[index]!)!
      await agree(async () => client.call('CLUSTER', 'REPLICATE', id))
    }
    const cluster = new RedisCluster(nodes, ids)
    await agree(async () => cluster.#expectWhole())
    group.move()
    return cluster
  }

  get url(): string {
    return this.urlAt('127.0.0.1')
  }

  /** With another name or address of this machine. The nodes name each other by address. */
  urlAt(host: string): string {
    const nodes = this.nodes.slice(0, PRIMARIES)
    const hosts = nodes.map(({ port }) => `${host}:${port}`)
    return `${nodes[0]!.scheme}+cluster://${hosts.join(',')}`
  }

  /** The present primary of a slot, as a running node sees it. */
  async nodeOf(slot: number, witness = this.nodes.at(-1)!): Promise<RedisServer> {
    const ranges = (await witness.client.call('CLUSTER', 'SLOTS')) as [
      number,
      number,
      [string, number],
    ][]
    const range = ranges.find(([from, to]) => from <= slot && slot <= to)
    const port = range?.[2][1]
    const node = this.nodes.find((each) => each.port === port)
    if (node === undefined) throw new Error(`expected a node with slot ${slot}`)
    return node
  }

  /**
   * Moves a slot with its keys to another primary, as a rebalance does. `meanwhile` runs when the move has begun and
   * no key has moved yet.
   */
  async moveSlot(
    slot: number,
    to: RedisServer,
    meanwhile = async (): Promise<void> => {},
  ): Promise<void> {
    const from = await this.nodeOf(slot)
    const [fromId, toId] = [this.#ids.get(from)!, this.#ids.get(to)!]
    await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
    await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
    await meanwhile()
    for (;;) {
      const keys = (await from.client.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[]
      if (keys.length === 0) break
      await from.client.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys)
    }
    for (const node of [to, from, ...this.nodes.filter((each) => each !== to && each !== from)]) {
      await node.client.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId).catch(() => undefined)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.nodes) node.thaw()
    await Promise.all(this.nodes.map(async (node) => node[Symbol.asyncDispose]()))
  }

  async #expectWhole(): Promise<void> {
    for (const { client } of this.nodes) {
      const info = String(await client.call('CLUSTER', 'INFO'))
      if (!info.includes('cluster_state:ok') || !info.includes('cluster_known_nodes:6')) {
        throw new Error('the cluster is not whole yet')
      }
    }
    for (const replica of this.nodes.slice(PRIMARIES)) {
      if ((await replica.info('master_link_status')) !== 'up')
        throw new Error('a replica is behind')
    }
  }
}

/** Repeats a check until the servers agree. */
async function agree<T>(check: () => Promise<T>): Promise<T> {
  return waitFor('the servers to agree', 20_000, check, 10)
}
