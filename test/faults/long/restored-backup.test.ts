/**
 * A log restored from an older copy, or with a history shorter than an outage: each missed event is in a
 * gap.
 */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { channelKeys } from '../../../src/redis/keys.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Pods } from '../pods.ts'
import { expectNoBreach } from '../report.ts'
import { CHANNEL, runWithFault } from '../run-with-fault.ts'

const KEYS = channelKeys(CHANNEL, { prefix: 'runnel', isCluster: false, db: 0 })
const SHORT = '--history-events=50'

test('an older copy of the history is restored while pods and clients go on', async () => {
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

test('a pod is frozen for longer than the history', async () => {
  await using server = await RedisServer.start()
  await using pods = await Pods.start(3, [`--redis-url=${server.url}`, SHORT])
  const fault = async () => freezeOne(pods, async () => setTimeout(3_000))
  const readFirstPositions = async (count: number) => firstPositionsOn(server, count)
  const verdict = await runWithFault({
    url: pods.url,
    fault,
    readFirstPositions,
    allowedGaps: ['trimmed'],
  })
  await expectNoBreach('pod frozen for longer than the history', verdict)
  expect(verdict.announced).toBeGreaterThan(0)
  expect(verdict.lostByLog).toBe(0)
})

test('while a pod is frozen, the server comes back with an old snapshot and its short history is trimmed', async () => {
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
  const readFirstPositions = async (count: number) => firstPositionsOn(server, count)
  const allowedGaps = ['diverged', 'ahead', 'trimmed'] as const
  const verdict = await runWithFault({ url: pods.url, fault, readFirstPositions, allowedGaps })
  await expectNoBreach('old snapshot and short history, pod frozen', verdict)
  expect(verdict.announced).toBeGreaterThan(0)
  expect(verdict.lostByLog).toBeGreaterThan(0)
})

/** Freezes a pod during `meanwhile`. New connections go to the others, as they do once its probes fail. */
async function freezeOne(pods: Pods, meanwhile: () => Promise<unknown>): Promise<void> {
  const pod = pods.all[0]!
  pods.remove(pod)
  pod.child.kill('SIGSTOP')
  await meanwhile()
  pod.child.kill('SIGCONT')
}

/** The first positions of the channel, by the epochs that the server has recorded. */
async function firstPositionsOn({ client }: RedisServer, count: number): Promise<string[]> {
  const [chain = ''] = await client.hmget(KEYS.meta, 'chain')
  const starts = (chain ?? '').split(' ').map((start) => start.split(':'))
  return Array.from({ length: count }, (_, index) => {
    const offset = index + 1
    const [epoch] = starts.findLast(([, first]) => Number(first) <= offset) ?? starts[0]!
    return `${epoch}-${offset}`
  })
}
