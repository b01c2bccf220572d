/** What operators are told of the connections: whether they stand, and how often they were made anew. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { FollowRecorder } from '../../test/support/redis/follow-recorder.ts'
import { openRedisLog, type OpenRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { channelKeys } from './keys.ts'

function statesOf({ servers }: OpenRedisLog): Record<string, readonly [boolean, number]> {
  return Object.fromEntries(
    servers.connections.map(({ role, up, reconnects }) => [role, [up, reconnects]]),
  )
}

test('a connection that is cut is down until it is made anew, which is counted for its role', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await own.log.follow('a', new FollowRecorder())
  expect(statesOf(own)).toEqual({ commands: [true, 0], notifications: [true, 0] })
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await eventually(() => {
    expect(statesOf(own)).toEqual({ commands: [true, 0], notifications: [true, 1] })
  })
  await server.kill()
  await eventually(() => {
    expect(statesOf(own)).toEqual({ commands: [false, 0], notifications: [false, 1] })
  })
  await server.restart()
  await eventually(() => {
    expect(statesOf(own)).toEqual({ commands: [true, 1], notifications: [true, 2] })
  })
})

test('a connection that is closed since no channel needs it is not down', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const stop = await own.log.follow('a', new FollowRecorder())
  stop()
  await eventually(async () => {
    expect(await server.client.call('CLIENT', 'LIST', 'TYPE', 'pubsub')).toBe('')
  })
  expect(statesOf(own)).toEqual({ commands: [true, 0], notifications: [true, 0] })
})

test('a connection that its owner has closed is not down', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const connection = own.servers.connectTo('primary', 'notifications')
  expect(statesOf(own)).toEqual({ commands: [true, 0], notifications: [false, 0] })
  await connection.connect()
  expect(statesOf(own)).toEqual({ commands: [true, 0], notifications: [true, 0] })
  const ended = once(connection, 'end')
  connection.disconnect()
  await ended
  expect(statesOf(own)).toEqual({ commands: [true, 0], notifications: [true, 0] })
})

test('without a server that answers no connection is up', async () => {
  await using own = await openRedisLog('redis+cluster://127.0.0.1:1')
  expect(statesOf(own)).toMatchObject({ commands: [false, 0] })
})

test('a node of a cluster that is away is down, and counted when it is back', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  await own.log.follow('a', new FollowRecorder())
  expect(statesOf(own)).toEqual({ commands: [true, 0], notifications: [true, 0] })
  const node = await cluster.nodeOf(
    channelKeys('a', { prefix: 'runnel', isCluster: true, db: 0 }).slot,
  )
  for (const replica of cluster.nodes.slice(3)) await replica.kill()
  await node.kill()
  await eventually(() => {
    expect(statesOf(own)).toEqual({ commands: [false, 0], notifications: [false, 0] })
  })
  await node.restart()
  await eventually(() => {
    const { commands, notifications } = statesOf(own)
    expect([commands![0], notifications![0]]).toEqual([true, true])
    expect(Math.min(commands![1], notifications![1])).toBeGreaterThan(0)
  })
})
