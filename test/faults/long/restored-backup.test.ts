/** A log that goes back, or keeps less than an outage is long: nobody misses what no gap tells. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { channelKeys } from '../../../src/redis/keys.ts'
import { RedisServer } from '../../support/redis/redis-server.ts'
import { Pods } from '../pods.ts'
import { expectNoBreach } from '../report.ts'
import { CHANNEL, runWithFault } from '../run-with-fault.ts'

const KEYS = channelKeys(CHANNEL, { isCluster: false, db: 0 })
const SHORT = '--history-events=50'

test('an older copy of the history is put back while all go on', async () => {
  await using server = await RedisServer.start()
  await using pods = await Pods.start(3, [`--redis-url=${server.url}`])
  const { client } = server
  const fault = async () => {
    const copies = await Promise.all(
      [KEYS.meta, KEYS.events].map(async (key) => [key, await client.dumpBuffer(key)] as const),
    )
    await setTimeout(1_000)
    const restore = client.multi()
    for (const [key, copy] of copies) restore.restore(key, 0, copy, 'REPLACE')
    await restore.exec()
    await setTimeout(1_000)
  }
  const verdict = await runWithFault({ url: pods.url, fault, allowedGaps: ['diverged'] })
  await expectNoBreach('older copy put back while serving', verdict)
  expect(verdict.lostByLog).toBeGreaterThan(0)
  expect(verdict.readersTold).toBe(12)
})

test('the history is shorter than the time for which a pod is frozen', async () => {
  await using server = await RedisServer.start()
  await using pods = await Pods.start(3, [`--redis-url=${server.url}`, SHORT])
  const fault = async () => freezeOne(pods, async () => setTimeout(3_000))
  const readLine = async (count: number) => lineOn(server, count)
  const verdict = await runWithFault({ url: pods.url, fault, readLine, allowedGaps: ['trimmed'] })
  await expectNoBreach('pod frozen for longer than the history', verdict)
  expect(verdict.announced).toBeGreaterThan(0)
  expect(verdict.lostByLog).toBe(0)
})

test('the server comes back with an old snapshot, and fills a short history, while a pod is frozen', async () => {
  await using server = await RedisServer.start()
  await using pods = await Pods.start(3, [`--redis-url=${server.url}`, SHORT])
  const fault = async () => {
    for (let round = 0; round < 2; round++) {
      await server.client.save()
      await setTimeout(500)
      await freezeOne(pods, async () => {
        await setTimeout(200)
        await server.restart()
        await setTimeout(3_000)
      })
      await setTimeout(500)
    }
  }
  const readLine = async (count: number) => lineOn(server, count)
  const allowedGaps = ['diverged', 'ahead', 'trimmed'] as const
  const verdict = await runWithFault({ url: pods.url, fault, readLine, allowedGaps })
  await expectNoBreach('old snapshot and short history, pod frozen', verdict)
  expect(verdict.announced).toBeGreaterThan(0)
  expect(verdict.lostByLog).toBeGreaterThan(0)
})

/** Commands that the scripts of the log call. */
const COMMANDS = 'xadd xtrim xrange hset hmget pexpire zadd zrangebyscore zcount del info spublish'

test('rights to single commands come and go', async () => {
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

/** Freezes a pod meanwhile; new connections go to the others, as they do once its probes fail. */
async function freezeOne(pods: Pods, meanwhile: () => Promise<unknown>): Promise<void> {
  const pod = pods.all[0]!
  pods.remove(pod)
  pod.child.kill('SIGSTOP')
  await meanwhile()
  pod.child.kill('SIGCONT')
}

/** The first positions of the channel's line, by the server's own record of the epochs. */
async function lineOn({ client }: RedisServer, count: number): Promise<string[]> {
  const [chain = ''] = await client.hmget(KEYS.meta, 'chain')
  const starts = (chain ?? '').split(' ').map((start) => start.split(':'))
  return Array.from({ length: count }, (_, index) => {
    const offset = index + 1
    const [epoch] = starts.findLast(([, first]) => Number(first) <= offset) ?? starts[0]!
    return `${epoch}-${offset}`
  })
}
