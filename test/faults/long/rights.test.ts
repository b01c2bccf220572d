/** The Redis user loses rights under traffic, and gets them back: no event is lost. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Pods } from '../pods.ts'
import { expectNoBreach } from '../report.ts'
import { runWithFault } from '../run-with-fault.ts'

/** Commands that the scripts of the log call. */
const COMMANDS = 'xadd xtrim xrange hset hmget pexpire zadd zrangebyscore zcount del info spublish'

test('rights to single commands are lost and given back in turn', async () => {
  await using server = await RedisServer.start()
  await using pods = await Pods.start(3, [`--redis-url=${server.url}`])
  const fault = async () => {
    for (const command of COMMANDS.split(' ')) {
      await server.client.call('ACL', 'SETUSER', 'default', `-${command}`)
      await setTimeout(300)
      await server.client.call('ACL', 'SETUSER', 'default', '+@all')
      await setTimeout(200)
    }
  }
  const verdict = await runWithFault({ url: pods.url, fault })
  await expectNoBreach('12 rights lost and given back in turn', verdict)
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})
