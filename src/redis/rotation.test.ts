/** Credentials in files that are rotated while a log is in use. */
import { copyFile, mkdtemp, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { TestAuthority } from '../../rig/servers/redis-tls.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { eventually } from '../../test/support/eventually.ts'
import { FollowRecorder } from '../../test/support/redis/follow-recorder.ts'
import { openRedisLog, type OpenRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { accept, newEvents } from '../log/suite/helpers.suite.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runnel-rotation-'))
})

afterEach(async () => rm(folder, { recursive: true }))

/** Replaces a file at once, as a mounted Secret is. */
async function put(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(`${path}.new`, content)
  await rename(`${path}.new`, path)
  return path
}

async function setPassword(servers: readonly RedisServer[], ...rules: string[]): Promise<void> {
  for (const { client } of servers) await client.call('ACL', 'SETUSER', 'app', ...rules)
}

async function cutAll(servers: readonly RedisServer[]): Promise<void> {
  for (const { client } of servers) {
    for (const type of ['normal', 'pubsub']) await client.call('CLIENT', 'KILL', 'TYPE', type)
  }
}

/** Appends until the log takes and tells an event: those before may have been lost. */
async function untilTold({ log }: OpenRedisLog, follower: FollowRecorder): Promise<void> {
  const before = follower.data.length
  await eventually(async () => {
    await accept(log, 'a', newEvents('again'))
    expect(follower.data.length).toBeGreaterThan(before)
  })
}

test.for([
  ['one server', async () => RedisServer.start(), (server: RedisServer) => [server]],
  ['Sentinel', async () => Sentinels.start(), (group: Sentinels) => group.servers],
  ['Cluster', async () => RedisCluster.start(), ({ nodes }: RedisCluster) => nodes],
] as const)(
  '%s: a new password is used by each new connection, and the old ones go on until then',
  async ([, start, serversOf]) => {
    await using topology = await start()
    const servers = serversOf(topology as RedisServer & Sentinels & RedisCluster)
    await setPassword(servers, 'on', '>first', '~*', '&*', '+@all')
    const passwordFile = await put('password', 'first')
    const access = { username: 'app', passwordFile }
    await using own = await openRedisLog(topology.url, { access, publishAck: 'replicated' })
    const follower = new FollowRecorder()
    await own.log.follow('a', follower)
    await untilTold(own, follower)

    await put('password', 'second')
    await setPassword(servers, '<first', '>second')
    await accept(own.log, 'a', newEvents('with the old connections'))
    await cutAll(servers)

    await untilTold(own, follower)
    await eventually(() => {
      expect(own.log.status()).toMatchObject({ state: 'ok' })
    })
    expect(own.told.filter((text) => text.includes('wrong-password'))).toEqual([])
  },
)

test('a password that is rotated on the server first is taken up when its file follows', async () => {
  await using server = await RedisServer.start()
  await setPassword([server], 'on', '>first', '~*', '&*', '+@all')
  const passwordFile = await put('password', 'first')
  await using own = await openRedisLog(server.url, { access: { username: 'app', passwordFile } })
  await setPassword([server], '<first', '>second')
  await cutAll([server])
  await eventually(() => {
    expect(own.told).toContain('begins log wrong-password')
  })
  await put('password', 'second')
  await eventually(() => {
    expect(own.told.at(-1)).toBe('ends log wrong-password')
  })
})

test('a file that is missing or empty while it is rotated leaves its last content in use, with one warning', async () => {
  await using server = await RedisServer.start()
  await setPassword([server], 'on', '>first', '~*', '&*', '+@all')
  const passwordFile = await put('password', 'first')
  await using own = await openRedisLog(server.url, { access: { username: 'app', passwordFile } })
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  await unlink(passwordFile)
  await cutAll([server])
  await untilTold(own, follower)
  await put('password', '')
  await cutAll([server])
  await untilTold(own, follower)
  expect(own.warnings).toEqual([
    expect.stringMatching(/^RUNNEL_REDIS_PASSWORD_FILE cannot be read again .*no such file/),
  ])
})

test('a new certificate and a new authority are taken up by new connections', async () => {
  await using old = await TestAuthority.create({ asksClients: true })
  await using next = await TestAuthority.create({ asksClients: true })
  await using server = await RedisServer.start({ tls: old })
  const files = {
    caFile: join(folder, 'ca'),
    certFile: join(folder, 'cert'),
    keyFile: join(folder, 'key'),
  }
  await copyFile(old.caFile, files.caFile)
  await copyFile(old.certFile, files.certFile)
  await copyFile(old.keyFile, files.keyFile)
  await using own = await openRedisLog(server.url, { access: files })
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)

  // In the middle of the rotation the certificate is there before its key.
  await copyFile(next.certFile, files.certFile)
  await cutAll([server])
  await untilTold(own, follower)
  expect(own.warnings).toEqual([expect.stringMatching(/RUNNEL_REDIS_KEY_FILE.*mismatch/)])
  await copyFile(next.caFile, files.caFile)
  await copyFile(next.keyFile, files.keyFile)
  await server.client.config(
    'SET',
    'tls-ca-cert-file',
    next.caFile,
    'tls-cert-file',
    next.certFile,
    'tls-key-file',
    next.keyFile,
  )
  await cutAll([server])
  await untilTold(own, follower)
})

test('authorities that are half written leave the former ones in use, with one warning', async () => {
  await using tls = await TestAuthority.create()
  await using other = await TestAuthority.create()
  await using server = await RedisServer.start({ tls })
  const bundle = Buffer.concat([await readFile(other.caFile), await readFile(tls.caFile)])
  const caFile = await put('ca', bundle)
  await using own = await openRedisLog(server.url, { access: { caFile } })
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  for (const cut of [60, bundle.length - 100]) {
    await put('ca', bundle.subarray(0, bundle.length - cut))
    await cutAll([server])
    await untilTold(own, follower)
  }
  expect(own.warnings).toEqual([
    expect.stringMatching(/^RUNNEL_REDIS_CA_FILE cannot be read again/),
  ])
})

test('sentinels that ask for a password get that of the servers, where the URL has none for them', async () => {
  await using topology = await Sentinels.start()
  await setPassword(topology.servers, 'on', '>right', '~*', '&*', '+@all')
  await setPassword(topology.sentinels, 'on', '>right', '&*', '+@all')
  for (const { client } of topology.sentinels) await client.call('ACL', 'SETUSER', 'default', 'off')
  const passwordFile = await put('password', 'right')
  await using own = await openRedisLog(topology.url, { access: { username: 'app', passwordFile } })
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  await untilTold(own, follower)
  expect(own.log.status()).toMatchObject({ state: 'ok', troubles: [] })
})
