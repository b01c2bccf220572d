/** The database of the URL: it is used, and no other one. */
import { expect, test } from 'vitest'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { eventually } from '../../test/support/eventually.ts'
import { FaultProxy } from '../../test/support/proxies/fault-proxy.ts'
import { FollowRecorder } from '../../test/support/redis/follow-recorder.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'
import { redisAccess } from '../../test/support/redis/redis-access.ts'
import { accept, newEvents } from '../log/suite/helpers.suite.ts'
import { classifyError } from './classify-error.ts'
import { openServers } from './open-servers.ts'

test('logs in two databases of one server hear nothing of each other', async () => {
  await using server = await RedisServer.start()
  await using one = await openRedisLog(server.url)
  await using other = await openRedisLog(`${server.url}/3`)
  const [ofOne, ofOther] = [new FollowRecorder(), new FollowRecorder()]
  await one.log.follow('a', ofOne)
  await other.log.follow('a', ofOther)
  await accept(one.log, 'a', newEvents('one'))
  await accept(other.log, 'a', newEvents('other'))
  await eventually(() => {
    expect([ofOne.data, ofOther.data]).toEqual([['one'], ['other']])
  })
  expect(await server.client.info('keyspace')).toMatch(/db0:.*db3:/s)
})

test('a user who may not select the database of the URL writes to none', async () => {
  await using server = await RedisServer.start({ lines: ['user app on >pass ~* &* +@all -select'] })
  await using proxy = await FaultProxy.start(server.url)
  const servers = openServers(redisAccess(`${proxy.url.replace('//', '//app:pass@')}/3`))
  await servers.start()
  // Each attempt to connect ends with the refusal.
  await eventually(async () => {
    await expect(servers.commands.set('a', '1')).rejects.toThrow(/./)
    expect(proxy.connections).toBeGreaterThan(3)
  })
  expect(await server.client.dbsize()).toBe(0)
  expect(classifyError(servers.errorOf())).toMatchObject({ code: 'wrong-database' })
  servers.close()
})
