/** New connections that a server refuses while the established ones go on: the cause is told, until it is over. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer, type ServerOptions } from '../../rig/servers/redis-server.ts'
import { TestAuthority } from '../../rig/servers/redis-tls.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { eventually } from '../../test/support/eventually.ts'
import { FaultProxy } from '../../test/support/proxies/fault-proxy.ts'
import { FollowRecorder } from '../../test/support/redis/follow-recorder.ts'
import { openRedisLog, type OpenRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { accept, newEvents } from '../log/suite/helpers.suite.ts'
import { ConnectionTroubles } from './connection-troubles.ts'
import { Refusals } from './refusals.ts'

interface Topology extends AsyncDisposable {
  readonly servers: readonly RedisServer[]
  urlAt(host: string): string
}

const TOPOLOGIES = [
  [
    'one server',
    async (options: ServerOptions): Promise<Topology> => {
      const server = await RedisServer.start(options)
      return Object.assign(server, { servers: [server] })
    },
  ],
  ['Sentinel', async (options: ServerOptions): Promise<Topology> => Sentinels.start(options)],
  [
    'Cluster',
    async (options: ServerOptions): Promise<Topology> => {
      const cluster = await RedisCluster.start(options)
      return Object.assign(cluster, { servers: cluster.nodes })
    },
  ],
] as const

/** Publishes go on; followers are refused with the cause, which is shown. */
async function untilTold(own: OpenRedisLog, code: string, detail: RegExp): Promise<void> {
  const trouble = { code, detail: expect.stringMatching(detail) }
  await expect(own.log.follow('a', new FollowRecorder())).rejects.toThrow(/Redis log/)
  await eventually(() => {
    expect(own.log.status()).toMatchObject({
      state: expect.not.stringMatching('ok'),
      troubles: [trouble],
    })
  })
  await expect(own.log.follow('a', new FollowRecorder())).rejects.toMatchObject({ trouble })
  await accept(own.log, 'a', newEvents('1'))
}

/** Nobody follows, so that the log alone finds out that connections can be made again. */
async function untilOver(own: OpenRedisLog): Promise<void> {
  await eventually(() => {
    expect(own.log.status()).toMatchObject({ state: 'ok', troubles: [] })
  })
  await own.log.follow('a', new FollowRecorder())
}

test.for(TOPOLOGIES)('%s: a password that is changed', async ([, start]) => {
  await using topology = await start({})
  const setPassword = async (...rules: string[]) => {
    for (const { client } of topology.servers) await client.call('ACL', 'SETUSER', 'app', ...rules)
  }
  await setPassword('on', '>first', '~*', '&*', '+@all')
  const url = topology.urlAt('127.0.0.1').replace('//', '//app:first@')
  await using own = await openRedisLog(url)
  await setPassword('<first', '>second')
  await untilTold(own, 'wrong-password', /WRONGPASS/)
  await setPassword('>first')
  await untilOver(own)
  expect(own.told).toEqual(['begins requests wrong-password', 'ends requests wrong-password'])
})

test.for(TOPOLOGIES)('%s: a certificate of another name', async ([, start]) => {
  await using tls = await TestAuthority.create()
  await using topology = await start({ tls })
  await using own = await openRedisLog(topology.urlAt('127.0.0.1'), {
    access: { caFile: tls.caFile },
  })
  const other = await tls.issue('other', 'DNS:other.example')
  const setCertificate = async (certFile: string, keyFile: string) => {
    for (const { client } of topology.servers) {
      await client.config('SET', 'tls-cert-file', certFile, 'tls-key-file', keyFile)
    }
  }
  await setCertificate(other.certFile, other.keyFile)
  await untilTold(own, 'tls', /names DNS:other\.example/)
  await setCertificate(tls.certFile, tls.keyFile)
  await untilOver(own)
  expect(own.told).toEqual(['begins requests tls', 'ends requests tls'])
})

test.for(TOPOLOGIES)('%s: certificates of clients', async ([, start]) => {
  await using tls = await TestAuthority.create()
  await using topology = await start({ tls })
  await using own = await openRedisLog(topology.urlAt('127.0.0.1'), {
    access: { caFile: tls.caFile },
  })
  const ask = async (answer: string) => {
    for (const { client } of topology.servers) {
      await client.config('SET', 'tls-auth-clients', answer)
    }
  }
  await ask('yes')
  await untilTold(own, 'client-certificate', /certificate required/)
  await ask('no')
  await untilOver(own)
  expect(own.told).toEqual([
    'begins requests client-certificate',
    'ends requests client-certificate',
  ])
})

test('a follower whose connection was cut', async () => {
  await using server = await RedisServer.start({ lines: ['user app on >first ~* &* +@all'] })
  await using own = await openRedisLog(server.url.replace('//', '//app:first@'))
  await own.log.follow('a', new FollowRecorder())
  await server.client.call('ACL', 'SETUSER', 'app', '<first', '>second')
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await eventually(() => {
    expect(own.log.status().troubles).toMatchObject([{ code: 'wrong-password' }])
  })
})

test('connections that were refused in an outage are no trouble when it is over', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  await using own = await openRedisLog(proxy.url)
  await own.log.follow('a', new FollowRecorder())
  for (let round = 1; round <= 3; round++) {
    proxy.faults.isRefusing = true
    proxy.cut()
    await eventually(() => {
      expect(own.told.at(-1)).toBe('begins log unreachable')
    })
    proxy.faults.isRefusing = false
    await eventually(() => {
      expect(own.servers.connections.every(({ up }) => up)).toBe(true)
      expect(own.log.status()).toMatchObject({ state: 'ok' })
    })
  }
  expect(own.told.filter((each) => !each.includes(' log '))).toEqual([])
})

test('the cause is looked for at once, then less and less often, and anew when the words change', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const looks: number[] = []
  let failures = [{ server: 'a', error: new Error('Connection is closed') }]
  const servers = {
    failedConnections: () => failures,
    findError: async () => {
      looks.push(Math.round(performance.now() / 1_000))
      return new Error('connect ECONNREFUSED')
    },
  }
  const begun = Math.round(performance.now() / 1_000)
  const troubles = new ConnectionTroubles(servers, new Refusals(() => undefined))
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      await troubles.check()
      // What was found holds between two looks.
      expect(troubles.of('a')).toMatchObject({ code: 'unreachable' })
      vi.advanceTimersByTime(1_000)
    }
    return looks.splice(0).map((at) => at - begun)
  }
  expect(await pass(64)).toEqual([0, 1, 3, 7, 15, 31, 47, 63])
  failures = [{ server: 'a', error: new Error('read ECONNRESET') }]
  expect(await pass(4)).toEqual([64, 65, 67])
})
