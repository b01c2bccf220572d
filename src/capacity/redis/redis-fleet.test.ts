/** Counts of streams on a server that forgets, hangs, refuses or goes back in time. */
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { startPod, type Pod } from '../../../test/support/redis/start-pod.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { clientKey, fleetKey } from '../../redis/keys.ts'
import { ADMIT, HEARTBEAT, SET_STREAMS } from './fleet-scripts.ts'

const SPACE = { prefix: 'runnel', isCluster: false, db: 0 }
test('pods that the server forgot report themselves and their clients again', async () => {
  await using server = await RedisServer.start()
  await using one = await startPod(server.url)
  await using other = await startPod(server.url)
  expect(await one.fleet.admit('somebody', 1)).toBe(true)
  await server.client.flushall()
  await eventually(async () => {
    expect(await server.client.keys('*client*')).toHaveLength(1)
  })
  expect(await other.fleet.admit('somebody', 1)).toBe(false)
})

/** Whether a client that closes both its streams in an outage has two free slots after it. */
async function isFreeAfter(
  server: RedisServer,
  outage: (close: () => void, pod: Pod) => Promise<void>,
): Promise<boolean> {
  await using one = await startPod(server.url)
  await using other = await startPod(server.url)
  expect(await one.fleet.admit('somebody', 2)).toBe(true)
  expect(await one.fleet.admit('somebody', 2)).toBe(true)
  expect(await other.fleet.admit('somebody', 2)).toBe(false)
  await outage(() => {
    one.fleet.release('somebody')
    one.fleet.release('somebody')
  }, one)
  await eventually(async () => {
    expect(one.fleet.view).toMatchObject({ kind: 'counted', others: { pods: 1 } })
    expect(await other.fleet.admit('somebody', 2)).toBe(true)
  })
  return other.fleet.admit('somebody', 2)
}

test('a stream that closes while the server is away is not counted any more', async () => {
  await using server = await RedisServer.start({ directives: { appendonly: 'yes' } })
  const isFree = await isFreeAfter(server, async (close) => {
    await server.kill()
    close()
    await server.restart()
  })
  expect(isFree).toBe(true)
})

test('a stream that closes while the server hangs is not counted any more', async () => {
  await using server = await RedisServer.start()
  const isFree = await isFreeAfter(server, async (close, pod) => {
    server.freeze()
    close()
    // Asked later, it is given up later: it is admitted without the server.
    expect(await pod.fleet.admit('somebody else', 1)).toBe(true)
    expect(pod.fleet.view.kind).not.toBe('counted')
    server.thaw()
  })
  expect(isFree).toBe(true)
})

test('a closed stream is not counted again by a server that lost its release', async () => {
  await using server = await RedisServer.start()
  const isFree = await isFreeAfter(server, async (close) => {
    await server.client.save()
    close()
    await eventually(async () => {
      expect(await server.client.keys('*client*')).toHaveLength(0)
    })
    await server.restart()
    expect(await server.client.keys('*client*')).toHaveLength(1)
  })
  expect(isFree).toBe(true)
})

test('a pod that takes a new name is not counted under both', async () => {
  await using server = await RedisServer.start()
  const commands = server.client
  const keys = [clientKey('somebody', SPACE), fleetKey(SPACE)]
  await HEARTBEAT.run({ commands }, [fleetKey(SPACE)], ['old', '', 8_000, 2, 10])
  await SET_STREAMS.run({ commands }, keys.slice(0, 1), ['old', 2])
  expect(await ADMIT.run({ commands }, keys, ['other', '', 2, 3])).toBe(0)
  expect(await ADMIT.run({ commands }, keys, ['new', 'old', 3, 3])).toBe(1)
  expect(await ADMIT.run({ commands }, keys, ['new', 'old', 4, 3])).toBe(0)
})

test('a server that refuses the reports of clients does not get all of them with each heartbeat', async () => {
  await using server = await RedisServer.start()
  await using pod = await startPod(server.url)
  for (let client = 0; client < 100; client++) await pod.fleet.admit(`client ${client}`, 1)
  await server.client.call('CONFIG', 'SET', 'maxmemory', '1')
  await server.client.call('CONFIG', 'RESETSTAT')
  await pod.fleet.admit('one more', 1)
  const callsOf = async (command: string) => {
    const stats = await server.client.info('commandstats')
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
  }
  let heartbeats = 0
  await eventually(async () => {
    heartbeats = await callsOf('hgetall')
    expect(heartbeats).toBeGreaterThan(20)
  })
  expect(await callsOf('evalsha')).toBeLessThan(heartbeats + 300)
  expect(pod.refused).toEqual([expect.stringContaining('OOM')])
  await server.client.call('CONFIG', 'SET', 'maxmemory', '0')
  await eventually(async () => {
    expect(await server.client.keys('*client*')).toHaveLength(101)
  })
})

test('a pod whose server is killed holds a client to the limit by itself', async () => {
  await using server = await RedisServer.start()
  await using pod = await startPod(server.url)
  await eventually(() => {
    expect(pod.fleet.view).toEqual({ kind: 'alone' })
  })
  await server.kill()
  const answers = [1, 2, 3].map(async () => pod.fleet.admit('somebody', 2))
  expect(await Promise.all(answers)).toEqual([true, true, false])
  await eventually(() => {
    expect(pod.fleet.view).toEqual({ kind: 'unknown' })
  })
})

test('the last pod that closes leaves nothing on the server', async () => {
  await using server = await RedisServer.start()
  await using pod = await startPod(server.url)
  for (const client of ['one', 'two', 'two']) expect(await pod.fleet.admit(client, 2)).toBe(true)
  expect(await server.client.keys('*')).toHaveLength(3)
  await pod.fleet.close()
  expect(await server.client.keys('*')).toEqual([])
})
