/** What a fleet leaves in Redis, for how long, and under which names a pod counts. */
import { afterEach, expect, test, vi } from 'vitest'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { FaultProxy } from '../../../test/support/proxies/fault-proxy.ts'
import { redisAccess } from '../../../test/support/redis/redis-access.ts'
import { clientKey, fleetKey } from '../../redis/keys.ts'
import { openServers } from '../../redis/open-servers.ts'
import { Refusals } from '../../redis/refusals.ts'
import type { Servers } from '../../redis/servers.ts'
import { RedisFleet } from './redis-fleet.ts'

const SPACE = { prefix: 'runnel', isCluster: false, db: 0 }
const PODS = fleetKey(SPACE)
const CLIENT = clientKey('somebody', SPACE)
const HOUR = 3_600_000

interface Pod extends AsyncDisposable {
  readonly fleet: RedisFleet
  readonly servers: Servers
}

async function startPod(url: string, options = { interval: 50, timeToLive: 500 }): Promise<Pod> {
  const servers = openServers(redisAccess(url))
  await servers.start()
  const fleet = new RedisFleet(servers, new Refusals(() => undefined), options)
  fleet.join(() => ({ subscribers: 2, limit: 10 }))
  return {
    fleet,
    servers,
    async [Symbol.asyncDispose]() {
      await fleet.close()
      servers.close()
    },
  }
}

/** Heartbeats that the server has answered. */
async function heartbeatsAt({ client }: RedisServer): Promise<number> {
  const stats = await client.info('commandstats')
  return Number(/cmdstat_hgetall:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

afterEach(() => {
  vi.useRealTimers()
})

test('a pod that crashed leaves nothing behind where others live on', async () => {
  await using server = await RedisServer.start()
  await using staying = await startPod(server.url)
  await using crashing = await startPod(server.url)
  await eventually(async () => {
    expect(await server.client.hlen(PODS)).toBe(2)
    expect(staying.fleet.view).toMatchObject({ kind: 'counted' })
  })
  crashing.servers.close()
  await eventually(async () => {
    expect(await server.client.hlen(PODS)).toBe(1)
  })
})

test('the streams of a dead pod do not count, even before another pod notices its death', async () => {
  await using server = await RedisServer.start()
  const noMore = { interval: HOUR, timeToLive: 300 }
  await using dying = await startPod(server.url, noMore)
  expect(await dying.fleet.admit('somebody', 1)).toBe(true)
  await using living = await startPod(server.url, { interval: HOUR, timeToLive: HOUR })
  expect(await living.fleet.admit('somebody', 1)).toBe(false)
  await eventually(async () => {
    expect(await living.fleet.admit('somebody', 1)).toBe(true)
  })
})

test('all that a fleet writes expires without it', async () => {
  await using server = await RedisServer.start()
  await using pod = await startPod(server.url)
  expect(await pod.fleet.admit('somebody', 9)).toBe(true)
  expect(await server.client.pttl(CLIENT)).toBeGreaterThan(HOUR)
  await eventually(async () => {
    expect(await server.client.pttl(PODS)).toBeGreaterThan(0)
  })
  await pod.fleet.admit('somebody', 9)
  pod.fleet.release('somebody')
  await eventually(async () => {
    expect(Object.values(await server.client.hgetall(CLIENT))).toEqual(['1'])
    expect(await server.client.pttl(CLIENT)).toBeGreaterThan(HOUR)
  })
})

test('a pod that has left takes its clients with it, and is not heard of again', async () => {
  await using server = await RedisServer.start()
  await using staying = await startPod(server.url)
  const leaving = await startPod(server.url)
  expect(await leaving.fleet.admit('somebody', 2)).toBe(true)
  await leaving.fleet.close()
  expect(await server.client.exists(CLIENT)).toBe(0)
  // The connection of the pod stands for a while longer, as that of a process that still drains.
  const heartbeats = await heartbeatsAt(server)
  await eventually(async () => {
    expect(await heartbeatsAt(server)).toBeGreaterThan(heartbeats + 10)
  })
  expect(await server.client.hlen(PODS)).toBe(1)
  expect(staying.fleet.view).toEqual({ kind: 'alone' })
  leaving.servers.close()
})

test('a stream that stays open for days is reported again before it is forgotten', async () => {
  await using server = await RedisServer.start()
  vi.useFakeTimers({ toFake: ['performance'] })
  await using pod = await startPod(server.url)
  expect(await pod.fleet.admit('somebody', 9)).toBe(true)
  await eventually(async () => {
    expect(await heartbeatsAt(server)).toBeGreaterThan(2)
  })
  const expiresIn = await server.client.pttl(CLIENT)
  await server.client.del(CLIENT)
  vi.advanceTimersByTime(expiresIn - HOUR)
  await eventually(async () => {
    expect(Object.values(await server.client.hgetall(CLIENT))).toEqual(['1'])
  })
})

test('a pod with a new name is not held to what its old one had, though no heartbeat told of it', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const options = { interval: HOUR, timeToLive: 2 * HOUR }
  await using pod = await startPod(proxy.url, options)
  for (let stream = 0; stream < 2; stream++) {
    expect(await pod.fleet.admit('somebody', 3)).toBe(true)
  }
  proxy.faults.isRefusing = true
  proxy.cut()
  await vi.waitFor(() => {
    expect(pod.servers.commandsOf('primary')!.status).not.toBe('ready')
  })
  // The lost release makes the counts uncertain, so that the next heartbeat, which is lost too, is under a new name.
  pod.fleet.release('somebody')
  await new Promise(setImmediate)
  vi.advanceTimersByTime(HOUR)
  proxy.faults.isRefusing = false
  await eventually(() => {
    expect(pod.servers.commandsOf('primary')!.status).toBe('ready')
  })
  expect(await pod.fleet.admit('somebody', 3)).toBe(true)
  expect(await pod.fleet.admit('somebody', 3)).toBe(true)
  expect(await pod.fleet.admit('somebody', 3)).toBe(false)
})
