/** The Redis servers of other tests: each topology starts, and fails on command. */
import { existsSync } from 'node:fs'
import { mkdtempDisposable, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../eventually.ts'
import { stateOf } from '../process-state.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Sentinels } from '../../../rig/servers/sentinels.ts'

/** A hash tag; all keys with it are in one slot. */
const TAG = '{runnel}'

test('a restarted server has the data it had written, on the same port', async () => {
  await using server = await RedisServer.start({ directives: { appendonly: 'yes' } })
  const { port } = server
  await server.client.set('kept', 'value')

  await server.restart()

  expect(await server.client.get('kept')).toBe('value')
  expect(await server.info('tcp_port')).toBe(String(port))
})

test('a server that persists nothing comes back empty', async () => {
  await using server = await RedisServer.start()
  await server.client.set('lost', 'value')

  await server.restart()

  expect(await server.client.get('lost')).toBeNull()
})

test('a frozen server answers once it thaws', async () => {
  await using server = await RedisServer.start()
  await using other = await RedisServer.start()
  await server.client.set('key', 'value')
  const pid = Number(await server.info('process_id'))

  server.freeze()
  await eventually(async () => expect(await stateOf(pid)).toBe('T'))
  let isAnswered = false
  const answer = server.client.get('key').finally(() => {
    isAnswered = true
  })
  // One that runs answers meanwhile, though asked later.
  for (let count = 0; count < 100; count++) await other.client.ping()
  expect(isAnswered).toBe(false)
  server.thaw()

  expect(await answer).toBe('value')
})

test('a server is gone with its folder when it is disposed of, frozen or not', async () => {
  let folder: string
  let pid: number
  {
    await using server = await RedisServer.start()
    folder = String((await server.client.config('GET', 'dir'))[1])
    pid = Number(await server.info('process_id'))
    expect(existsSync(folder)).toBe(true)
    server.freeze()
  }

  expect(existsSync(folder)).toBe(false)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

test('a cluster that does not come to be leaves no server', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'runnel-none-'))
  vi.stubEnv('TMPDIR', folder.path)
  onTestFinished(() => void vi.unstubAllEnvs())
  const lines = ['user default on nopass ~* &* +@all -cluster']
  await expect(RedisCluster.start({ lines })).rejects.toThrow('NOPERM')
  expect(await readdir(folder.path)).toEqual([])
})

test('sentinels choose another primary for one that is killed', async () => {
  await using group = await Sentinels.start()
  const first = await group.primary()
  expect(first).toBe(group.servers[0])
  expect(group.url).toMatch(
    /^redis\+sentinel:\/\/(?:127\.0\.0\.1:\d+,){2}127\.0\.0\.1:\d+\/runnel$/,
  )
  await first.client.set('key', 'value')
  await first.client.call('WAIT', 2, 0)

  await first.kill()

  const second = await eventually(async () => {
    const chosen = await group.primary()
    expect(chosen).not.toBe(first)
    expect(await chosen.info('role')).toBe('master')
    return chosen
  })
  expect(await second.client.get('key')).toBe('value')
})

test('a cluster has a primary for every slot, moves one with its keys, and replaces a primary', async () => {
  await using cluster = await RedisCluster.start()
  const primaries = cluster.nodes.slice(0, 3)
  expect(cluster.url).toBe(
    `redis+cluster://${primaries.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
  )
  for (const [index, slot] of [0, 8_000, 16_383].entries()) {
    expect(await cluster.nodeOf(slot)).toBe(cluster.nodes[index])
  }
  const slot = Number(await primaries[0]!.client.call('CLUSTER', 'KEYSLOT', TAG))
  const from = await cluster.nodeOf(slot)
  const keys = Array.from({ length: 250 }, (_, index) => `${TAG}${index}`)
  for (const key of keys) await from.client.set(key, key)

  const to = primaries.find((node) => node !== from)!
  await cluster.moveSlot(slot, to)

  await eventually(async () => expect(await cluster.nodeOf(slot)).toBe(to))
  expect(await Promise.all(keys.map(async (key) => to.client.get(key)))).toEqual(keys)
  await expect(from.client.get(keys[0]!)).rejects.toThrow('MOVED')

  await to.client.call('WAIT', 1, 0)
  await to.kill()
  await eventually(async () => {
    const chosen = await cluster.nodeOf(slot)
    expect(chosen).not.toBe(to)
    expect(await chosen.client.get(keys[0]!)).toBe(keys[0])
  })
})
