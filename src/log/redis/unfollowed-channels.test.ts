/** What nobody follows any more costs the server nothing. */
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FaultProxy } from '../../../test/support/proxies/fault-proxy.ts'
import { countCalls } from '../../../test/support/redis/count-calls.ts'
import { FollowRecorder } from '../../../test/support/redis/follow-recorder.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { accept, newEvents } from '../suite/helpers.suite.ts'

async function subscribed({ client }: RedisServer): Promise<readonly string[]> {
  const channels = (await client.call('PUBSUB', 'SHARDCHANNELS')) as string[]
  return channels.toSorted()
}

async function countClients({ client }: RedisServer): Promise<number> {
  return String(await client.call('CLIENT', 'LIST')).match(/^id=/gm)!.length
}

test('a channel is subscribed to until its last follower has left', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const last = new FollowRecorder()
  const leaveFirst = await own.log.follow('a', new FollowRecorder())
  const leaveLast = await own.log.follow('a', last)
  const leaveOther = await own.log.follow('b', new FollowRecorder())
  expect(await subscribed(server)).toEqual(['runnel:{a}:live', 'runnel:{b}:live'])
  leaveFirst()
  leaveFirst()
  leaveOther()
  await eventually(async () => expect(await subscribed(server)).toEqual(['runnel:{a}:live']))
  await accept(own.log, 'a', newEvents('1'))
  await eventually(() => expect(last.data).toEqual(['1']))
  leaveLast()
  await eventually(async () => expect(await subscribed(server)).toEqual([]))
})

test('followers of a channel share one subscription', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await own.log.follow('b', new FollowRecorder())
  const before = await countCalls(server, 'ssubscribe')
  await Promise.all(
    Array.from({ length: 10 }, async () => own.log.follow('a', new FollowRecorder())),
  )
  // A check that comes meanwhile may subscribe to the channel as well.
  expect((await countCalls(server, 'ssubscribe')) - before).toBeLessThan(5)
})

test('a process without followers has no connection for notifications', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await eventually(async () => expect(await subscribed(server)).toEqual([]))
  const leave = await own.log.follow('a', new FollowRecorder())
  const following = await countClients(server)
  leave()
  await eventually(async () => expect(await countClients(server)).toBe(following - 1))
})

test('a channel whose last follower leaves while it is subscribed anew is not left subscribed', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  await using own = await openRedisLog(proxy.url)
  const leave = await own.log.follow('a', new FollowRecorder())
  await own.log.follow('b', new FollowRecorder())
  proxy.faults.latency = 300
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await eventually(() => expect(own.log.isLive('a')).toBe(false))
  // The server has the subscription, and its answer is under way.
  await eventually(async () => expect(await subscribed(server)).toContain('runnel:{a}:live'))
  expect(own.log.isLive('a')).toBe(false)
  leave()
  proxy.faults.latency = 0
  await eventually(async () => expect(await subscribed(server)).toEqual(['runnel:{b}:live']))
})
