/** Fail-overs while a connection to the sentinels' primary is being made. */
import { expect, test } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { FollowRecorder } from '../../test/support/redis/follow-recorder.ts'
import { HeldSentinel } from '../../test/support/redis/held-sentinel.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { accept, newEvents } from '../log/suite/helpers.suite.ts'

test('a fail-over announced while a sentinel is asked for the primary ends no connection', async () => {
  await using server = await RedisServer.start()
  await using sentinel = await HeldSentinel.start(server.port)
  await using own = await openRedisLog(sentinel.url)
  const follower = new FollowRecorder()
  await own.log.follow('a', follower)
  // One connection for commands, and one for notifications.
  await eventually(() => {
    expect(sentinel.subscribers).toBe(2)
  })
  sentinel.hold()
  for (const type of ['normal', 'pubsub']) await server.client.call('CLIENT', 'KILL', 'TYPE', type)
  await eventually(() => {
    expect(sentinel.waiting).toBe(2)
  })
  sentinel.announce()
  await eventually(() => {
    expect(sentinel.subscribers).toBe(0)
  })
  sentinel.release()
  await eventually(async () => {
    await accept(own.log, 'a', newEvents('1'))
    expect(follower.data).not.toEqual([])
  })
})
