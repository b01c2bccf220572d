/** Servers that speak TLS: the log trusts some, and reports the others. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
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

test.for(['rediss://HOST', 'rediss+cluster://HOST', 'rediss+sentinel://HOST/runnel'])(
  'a proxy that chooses by name is sent the name: %s',
  async (form) => {
    const names = new Set<TLSSocket['servername']>()
    const server = createServer(
      { cert: await readFile(tls.certFile), key: await readFile(tls.keyFile) },
      (socket) => {
        names.add(socket.servername)
        socket.destroy()
      },
    )
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const url = form.replace('HOST', `localhost:${port}`)
    await using own = await openRedisLog(url, { access: { caFile: tls.caFile } })
    await eventually(() => {
      expect(names).toEqual(new Set(['localhost']))
    })
    expect(own.log.status().reachable).toBe(false)
    server.close()
  },
)

test('a primary may be named by address in the certificate, where the URL names sentinels by name', async () => {
  await using named = await TestAuthority.create({ names: 'DNS:localhost' })
  await using sentinels = await Sentinels.start({ tls: named })
  const { certFile, keyFile } = await named.issue('primary', 'IP:127.0.0.1')
  for (const { client } of sentinels.servers) {
    await client.config('SET', 'tls-cert-file', certFile, 'tls-key-file', keyFile)
  }
  await using own = await openRedisLog(sentinels.urlAt('localhost'), {
    access: { caFile: named.caFile },
  })
  expect(own.log.status()).toMatchObject({ state: 'ok' })
})
