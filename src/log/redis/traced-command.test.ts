/** What is reported of the commands that append traced events. */
import { expect, test } from 'vitest'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Sentinels } from '../../../rig/servers/sentinels.ts'
import { channelKeys } from '../../redis/keys.ts'
import { LogUnavailable } from '../event-log.ts'
import { accept, newEvents, tracedEvent } from '../suite/helpers.suite.ts'

test.for(['primary', 'replicated'] as const)(
  'each append of traced events is reported once, accepted or not, and no other (ack: %s)',
  async (publishAck) => {
    await using server = await RedisServer.start()
    await using own = await openRedisLog(server.url, { publishAck, historyEvents: 2 })
    const { trace } = tracedEvent('a', 'v=1')
    const from = performance.now()
    await accept(own.log, 'a', newEvents('untraced'))
    await accept(own.log, 'a', [tracedEvent('a', 'v=1')])
    const tooMany = Array.from({ length: 3 }, () => tracedEvent('a', 'v=1'))
    expect(await own.log.append('a', tooMany)).toEqual({ kind: 'too-large' })
    const to = performance.now()
    const command = {
      trace,
      operation: 'EVALSHA',
      server: { host: '127.0.0.1', port: server.port },
      startedAt: expect.any(Number) as number,
      endedAt: expect.any(Number) as number,
      error: undefined,
    }
    expect(own.commands).toEqual([command, command])
    const times = own.commands.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt])
    expect([from, ...times, to].toSorted((a, b) => a - b)).toEqual([from, ...times, to])
  },
)

test('the error of an append is reported, and none where no command is sent', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await server.client.config('SET', 'min-replicas-to-write', '1')
  await expect(own.log.append('a', [tracedEvent('a')])).rejects.toThrow(LogUnavailable)
  expect(own.commands).toMatchObject([{ error: { message: expect.stringMatching(/^NOREPLICAS/) } }])
  await own.log.close()
  await expect(own.log.append('a', [tracedEvent('a')])).rejects.toThrow(LogUnavailable)
  expect(own.commands).toHaveLength(1)
})

test('the server is the node of the channel in a cluster, and the primary that sentinels name', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  for (const channel of ['a', 'b', 'c']) {
    await accept(own.log, channel, [tracedEvent('a')])
    const { port } = await cluster.nodeOf(
      channelKeys(channel, { prefix: 'runnel', isCluster: true, db: 0 }).slot,
    )
    expect(own.commands.at(-1)!.server).toEqual({ host: '127.0.0.1', port })
  }
  await using group = await Sentinels.start()
  await using named = await openRedisLog(group.url)
  await accept(named.log, 'a', [tracedEvent('a')])
  const { port } = await group.primary()
  expect(named.commands.map(({ server }) => server)).toEqual([{ host: '127.0.0.1', port }])
})

test('user and password of the URL are not reported', async () => {
  await using server = await RedisServer.start({ directives: { requirepass: 'sesame' } })
  await using own = await openRedisLog(server.url.replace('//', '//default:sesame@'))
  await accept(own.log, 'a', [tracedEvent('a')])
  expect(JSON.stringify(own.commands)).not.toMatch(/sesame|default/)
})
