/** The ways in which people run Redis, as real servers. */
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe } from 'vitest'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { RedisServer, type ServerOptions } from '../../../rig/servers/redis-server.ts'
import { Sentinels } from '../../../rig/servers/sentinels.ts'

export interface Topology extends AsyncDisposable {
  readonly url: string
  /** With another name or address of this machine. */
  urlAt(host: string): string
  /** Those that take the writes, until one of them fails. */
  readonly primaries: readonly RedisServer[]
  /** The one server, where there is no other. */
  readonly server?: RedisServer
}

/** Starts servers with these options, each of them. */
type Start = (options?: ServerOptions) => Promise<Topology>

export const TOPOLOGIES: readonly (readonly [name: string, start: Start])[] = [
  ['one Redis server', async (options) => alone(await RedisServer.start(options))],
  [
    'Redis Sentinel',
    async (options) => {
      const group = await Sentinels.start(options)
      return topologyOf(group, group.servers.slice(0, 1))
    },
  ],
  [
    'Redis Cluster',
    async (options) => {
      const cluster = await RedisCluster.start(options)
      return topologyOf(cluster, cluster.nodes.slice(0, 3))
    },
  ],
]

const VALKEY = 'valkey-server'

/** Describes each topology with servers that its tests share, and one Valkey server where there is one. */
export function describeTopologies(describeOn: (topology: () => Topology) => void): void {
  for (const [name, start] of TOPOLOGIES) describeStarted(name, start, describeOn)
  const startValkey = async () => alone(await RedisServer.start({ program: VALKEY }))
  describe.runIf(spawnSync(VALKEY, ['--version']).error === undefined)('Valkey', () => {
    describeStarted('one server', startValkey, describeOn)
  })
}

function describeStarted(
  name: string,
  start: Start,
  describeOn: (topology: () => Topology) => void,
): void {
  describe(name, () => {
    let topology: Topology
    beforeAll(async () => {
      topology = await start()
    })
    afterAll(async () => topology[Symbol.asyncDispose]())
    describeOn(() => topology)
  })
}

function alone(server: RedisServer): Topology {
  return { ...topologyOf(server, [server]), server }
}

function topologyOf(
  started: Pick<Topology, 'url' | 'urlAt' | typeof Symbol.asyncDispose>,
  primaries: readonly RedisServer[],
): Topology {
  return {
    url: started.url,
    urlAt: (host) => started.urlAt(host),
    primaries,
    [Symbol.asyncDispose]: async () => started[Symbol.asyncDispose](),
  }
}
