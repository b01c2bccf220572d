/** A service with a small heap survives hostile clients, which request much and read little. */
import { expect, test } from 'vitest'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { runHostileLoad, expectUnharmed } from './hostile-load.ts'

const MIB = 1024 ** 2

test('hostile clients for 15 s, memory log', async () => {
  const outcome = await runHostileLoad({
    milliseconds: 15_000,
    channels: 40,
    historyBytes: 0.4 * MIB,
    publishRate: 0.25 * MIB,
  })
  await expectUnharmed('hostile clients for 15 s, memory log', outcome)
  expect(outcome.verdict.gaps).toBe(0)
})

test('hostile clients for 15 s, Redis', async () => {
  await using server = await RedisServer.start()
  const outcome = await runHostileLoad({
    redisUrl: server.url,
    milliseconds: 15_000,
    channels: 40,
    historyBytes: 4 * MIB,
    publishRate: 0.5 * MIB,
  })
  await expectUnharmed('hostile clients for 15 s, Redis', outcome)
  expect(outcome.verdict.gaps).toBe(0)
})
