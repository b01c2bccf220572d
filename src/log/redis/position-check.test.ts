import { expect, test } from 'vitest'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { channelKeys } from '../../redis/keys.ts'
import { Refusals } from '../../redis/refusals.ts'
import type { Top } from './channel-top.ts'
import { FollowedChannel } from './followed-channel.ts'
import { KnownTops } from './known-tops.ts'
import { PositionChecks } from './position-check.ts'

const KEYS = channelKeys('a', { prefix: 'runnel', isCluster: false, db: 0 })
const KNOWN: Top = { epoch: 'e', offset: 25, time: 250 }
/** What follows on another event than the known one in its place: the log was put back. */
const FOREIGN = {
  epoch: 'e',
  previous: 200,
  time: 300,
  events: [{ offset: 26, name: 'message', data: '', time: 0 }],
}

test('a claim is settled by the check that began with it, and by no check that began before', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const followed = new FollowedChannel('a', KEYS)
  const known = new KnownTops(() => followed)
  const checks = new PositionChecks(own.servers, new Refusals(() => undefined), known)
  const read = { top: KNOWN, incarnations: [] }
  followed.top = KNOWN
  const before = known.of('a')
  followed.hear(FOREIGN)

  await checks.verify(followed, before, read)
  expect(followed.claim).toEqual(KNOWN)
  await checks.verify(followed, known.of('a'), read)
  expect(followed.claim).toBeUndefined()
})
