/** Another program that writes to the channel of the notifications costs no more than a few checks. */
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FollowRecorder } from '../../../test/support/redis/follow-recorder.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { accept, newEvents } from '../suite/helpers.suite.ts'

/** Shortest time in ms between two checks of a channel with unreadable notifications. */
const INTERVAL = 50
const LIVE = 'runnel:{a}:live'

async function countChecks({ client }: RedisServer): Promise<number> {
  const stats = await client.info('commandstats')
  return Number(/^cmdstat_hmget:calls=(\d+)/m.exec(stats)?.[1] ?? 0)
}

test('any amount of garbage causes a bounded number of checks, and no invalidation', async () => {
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
  // The checks of the flooded channel, and those of both channels every 3 s.
  expect(checks).toBeLessThanOrEqual(elapsed / INTERVAL + 2 * (elapsed / 3_000 + 1))

  await accept(own.log, 'a', newEvents('after'))
  await eventually(() => {
    expect(flooded.data).toEqual(['after'])
  })
  expect([flooded.invalidations, other.invalidations]).toEqual([0, 0])
})

test('a channel with one unreadable notification is checked for it once', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await own.log.follow('a', new FollowRecorder())
  await own.log.follow('b', new FollowRecorder())
  const before = await countChecks(server)
  const beganAt = performance.now()
  const rounds = 30
  for (let round = 0; round <= rounds; round++) {
    const count = await countChecks(server)
    await server.client.spublish(round === 0 ? 'runnel:{b}:live' : LIVE, 'garbage')
    await eventually(async () => {
      expect(await countChecks(server)).toBeGreaterThan(count)
    })
  }
  const checks = (await countChecks(server)) - before
  // One for each notification, and those of both channels every 3 s.
  const regular = 2 * ((performance.now() - beganAt) / 3_000 + 1)
  expect(checks).toBeLessThanOrEqual(rounds + 1 + regular)
})
