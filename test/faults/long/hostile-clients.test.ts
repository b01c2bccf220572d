/** The same as `hostile-clients.test.ts`, for a minute and with long histories. */
import { expect, test } from 'vitest'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { runHostileLoad, expectUnharmed } from '../hostile-load.ts'

const MIB = 1024 ** 2
const MINUTE = 60_000

test('a minute of hostile clients, memory log', { timeout: 3 * MINUTE }, async () => {
  const outcome = await runHostileLoad({
    milliseconds: MINUTE,
    channels: 40,
    historyBytes: 0.4 * MIB,
    publishRate: 0.25 * MIB,
  })
  await expectUnharmed('a minute of hostile clients, memory log', outcome)
  expect(outcome.verdict.gaps).toBe(0)
})

test('a minute of hostile clients, Redis', { timeout: 4 * MINUTE }, async () => {
  await using server = await RedisServer.start()
  const outcome = await runHostileLoad({
    redisUrl: server.url,
    milliseconds: MINUTE,
    channels: 40,
    historyBytes: 15 * MIB,
    publishRate: 0.5 * MIB,
  })
  await expectUnharmed('a minute of hostile clients, Redis', outcome)
  expect(outcome.verdict.gaps).toBe(0)
})
