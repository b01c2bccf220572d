/** Another program that writes to the channel of the notifications costs no more than a few checks. */
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FollowRecorder } from '../../../test/support/redis/follow-recorder.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../test/support/redis/redis-server.ts'
import { accept, newEvents } from '../suite/kit.suite.ts'

/** A channel that cannot be read from its notifications is checked once in so many ms at most. */
const INTERVAL = 50
const LIVE = 'runnel:{a}:live'

async function countChecks({ client }: RedisServer): Promise<number> {
  const stats = await client.info('commandstats')
  return Number(/^cmdstat_hmget:calls=(\d+)/m.exec(stats)?.[1] ?? 0)
}

test('garbage, however much of it, has its channel checked now and then, and invalidates nothing', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const [flooded, other] = [new FollowRecorder(), new FollowRecorder()]
  await own.log.follow('a', flooded)
  await own.log.follow('b', other)
  const before = await countChecks(server)
  const beganAt = performance.now()
  const garbage = ['', '\n', 'text', '?token', '\u{1}', '\u{1}\n', '\u{2}x', 'x'.repeat(100_000)]
  for (let round = 0; round < 1_000; round++) {
    await Promise.all(garbage.map(async (text) => server.client.spublish(LIVE, text)))
  }
  const checks = (await countChecks(server)) - before
  const elapsed = performance.now() - beganAt
  expect(checks).toBeGreaterThan(0)
  // Of the flooded channel, and every 3 s of both.
  expect(checks).toBeLessThanOrEqual(elapsed / INTERVAL + 2 * (elapsed / 3_000 + 1))

  await accept(own.log, 'a', newEvents('after'))
  await eventually(() => {
    expect(flooded.data).toEqual(['after'])
  })
  expect([flooded.invalidations, other.invalidations]).toEqual([0, 0])
})
