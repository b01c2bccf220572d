/** Why servers are not reached: the cause is told, whatever the topology, and however often the library tries. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer, type ServerOptions } from '../../rig/servers/redis-server.ts'
import { TestAuthority } from '../../rig/servers/redis-tls.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { eventually } from '../../test/support/eventually.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'
import type { AccessOptions } from '../../test/support/redis/redis-access.ts'

interface Topology extends AsyncDisposable {
  urlAt(host: string): string
}

const TOPOLOGIES = [
  ['one server', async (options: ServerOptions): Promise<Topology> => RedisServer.start(options)],
  ['Sentinel', async (options: ServerOptions): Promise<Topology> => Sentinels.start(options)],
  ['Cluster', async (options: ServerOptions): Promise<Topology> => RedisCluster.start(options)],
] as const

/** What is told of a log that is opened so, at the start or soon after it: codes and causes. */
async function causes(url: string, access: AccessOptions): Promise<readonly string[]> {
  try {
    await using own = await openRedisLog(url, { access })
    await eventually(() => {
      expect(own.log.status().troubles).not.toEqual([])
    })
    // Some rounds: later attempts may fail in other ways than the first.
    const seen = new Set<string>()
    const until = performance.now() + 1_500
    await eventually(() => {
      for (const { code, detail } of own.log.status().troubles) seen.add(`${code}: ${detail}`)
      expect(performance.now()).toBeGreaterThan(until)
    })
    return [...seen]
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

function expectEach(texts: readonly string[], pattern: RegExp): void {
  expect(texts).not.toEqual([])
  for (const text of texts) expect(text).toMatch(pattern)
}

let stranger: TestAuthority

beforeAll(async () => {
  stranger = await TestAuthority.create()
})

afterAll(async () => stranger[Symbol.asyncDispose]())

test.for(TOPOLOGIES)('%s: certificates of servers, and no TLS in the URL', async ([, start]) => {
  await using tls = await TestAuthority.create({ names: 'DNS:redis.example' })
  await using topology = await start({ tls })
  expectEach(
    await causes(topology.urlAt('localhost'), { caFile: tls.caFile }),
    /^tls: .*certificate.* names DNS:redis\.example, and not .*localhost/,
  )
  expectEach(await causes(topology.urlAt('127.0.0.1'), { caFile: stranger.caFile }), /^tls: .*cert/)
  const plain = topology.urlAt('127.0.0.1').replace('rediss', 'redis')
  expectEach(await causes(plain, {}), /^tls: .*speaks TLS/)
})

test.for(TOPOLOGIES)('%s: certificates of clients, missing or not trusted', async ([, start]) => {
  await using tls = await TestAuthority.create({ asksClients: true })
  await using topology = await start({ tls })
  const url = topology.urlAt('127.0.0.1')
  const { caFile } = tls
  expectEach(await causes(url, { caFile }), /certificate required.*RUNNEL_REDIS_CERT_FILE/)
  const { certFile, keyFile } = stranger
  expectEach(
    await causes(url, { caFile, certFile, keyFile }),
    /alert unknown ca.*RUNNEL_REDIS_CERT_FILE/,
  )
})

test.for(TOPOLOGIES)('%s: TLS in the URL alone', async ([, start]) => {
  await using topology = await start({})
  const url = topology.urlAt('127.0.0.1').replace('redis', 'rediss')
  expectEach(await causes(url, {}), /^tls: .*speaks no TLS/)
})

test.for([
  ['one server', 'redis://HOST'],
  ['Sentinel', 'redis+sentinel://HOST,HOST/runnel'],
  ['Cluster', 'redis+cluster://HOST,HOST'],
])('%s: nothing listens, or the name is unknown', async ([, form]) => {
  expectEach(await causes(form!.replaceAll('HOST', '127.0.0.1:1'), {}), /^unreachable: .*REFUSED/)
  expectEach(await causes(form!.replaceAll('HOST', 'localhost:1'), {}), /^unreachable: .*REFUSED/)
  const unknown = form!.replaceAll('HOST', 'redis.invalid')
  expectEach(await causes(unknown, {}), /^unknown-host: .*redis\.invalid/)
})
