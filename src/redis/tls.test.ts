/** Servers that speak TLS: the log trusts some, and reports the others. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FollowRecorder } from '../../test/support/redis/follow-recorder.ts'
import { eventually } from '../../test/support/eventually.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { TestAuthority } from '../../rig/servers/redis-tls.ts'
import { accept, newEvents, readAll } from '../log/suite/helpers.suite.ts'

let tls: TestAuthority

beforeAll(async () => {
  tls = await TestAuthority.create()
})

afterAll(async () => tls[Symbol.asyncDispose]())

test.for([
  ['one server', async () => RedisServer.start({ tls })],
  ['Sentinel', async () => Sentinels.start({ tls })],
  ['Cluster', async () => RedisCluster.start({ tls })],
] as const)('%s: the log is written, read and followed over TLS', async ([, start]) => {
  await using topology = await start()
  expect(topology.url).toMatch(/^rediss/)
  await using own = await openRedisLog(topology.url, {
    access: { caFile: tls.caFile },
    publishAck: 'replicated',
  })
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  await accept(own.log, 'a', newEvents('1'))
  await eventually(() => {
    expect(follower.data).toEqual(['1'])
  })
  expect((await readAll(own.log, 'a')).events).toHaveLength(1)
})

test('a server whose authority is not trusted is away, and the reason is its certificate', async () => {
  await using server = await RedisServer.start({ tls })
  await using stranger = await TestAuthority.create()
  for (const access of [{}, { caFile: stranger.caFile }]) {
    await using own = await openRedisLog(server.url, { access })
    expect(own.log.status()).toMatchObject({ ready: false, reachable: false })
    expect(own.away).toEqual([expect.stringMatching(/certificate/)])
  }
})

test.for(['', '+cluster'])(
  'a proxy that chooses by name is sent the name: rediss%s',
  async (kind) => {
    const names: (string | undefined)[] = []
    const server = createServer({
      SNICallback: (name, answer) => {
        names.push(name)
        // eslint-disable-next-line unicorn/no-null
        answer(null)
      },
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    await using own = await openRedisLog(`rediss${kind}://localhost:${port}`)
    await eventually(() => {
      expect(names).toContain('localhost')
    })
    expect(own.log.status().reachable).toBe(false)
    server.close()
  },
)

test('a server that speaks no TLS, or nothing else, is away', async () => {
  await using plain = await RedisServer.start()
  await using secure = await RedisServer.start({ tls })
  for (const url of [
    plain.url.replace('redis:', 'rediss:'),
    secure.url.replace('rediss:', 'redis:'),
  ]) {
    await using own = await openRedisLog(url, { access: { caFile: tls.caFile } })
    expect(own.log.status()).toMatchObject({ ready: false, reachable: false })
    expect(own.away).toHaveLength(1)
  }
})
