/** Announcements of traced appends, where servers refuse them, hang, or take over from others. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FaultProxy } from '../../../test/support/proxies/fault-proxy.ts'
import { openRedisLog, type OpenRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisCluster } from '../../../rig/servers/redis-cluster.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { Sentinels } from '../../../rig/servers/sentinels.ts'
import { announcementChannel, channelKeys } from '../../redis/keys.ts'
import { accept, newEvents, tracedEvent } from '../suite/helpers.suite.ts'

const SPACE = { prefix: 'runnel', isCluster: false, db: 0 }

/** The channels whose appends are announced to a process from here on. */
function watch({ log }: OpenRedisLog): readonly string[] {
  const heard: string[] = []
  log.watchTraces(({ channel }) => heard.push(channel))
  return heard
}

/** Appends until an append is heard of: those before may have been lost. */
async function untilHeard(
  { log }: OpenRedisLog,
  heard: readonly string[],
  channel = 'a',
): Promise<void> {
  const before = heard.length
  await eventually(async () => {
    await accept(log, channel, [tracedEvent('again')])
    expect(heard.slice(before)).toContain(channel)
  })
}

async function subscribers({ client }: RedisServer, db = 0): Promise<number> {
  const [, count] = (await client.pubsub('NUMSUB', announcementChannel({ ...SPACE, db }))) as [
    string,
    number,
  ]
  return count
}

test('a process subscribes while somebody in it watches, and announces traced appends alone', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await accept(own.log, 'a', newEvents('untraced'))
  expect(await subscribers(server)).toBe(0)
  expect(await server.client.info('commandstats')).not.toContain('cmdstat_publish')
  const stops = [own.log.watchTraces(() => {}), own.log.watchTraces(() => {})]
  await eventually(async () => {
    expect(await subscribers(server)).toBe(1)
  })
  await accept(own.log, 'a', [tracedEvent('traced')])
  await eventually(async () => {
    expect(await server.client.info('commandstats')).toContain('cmdstat_publish:calls=1,')
  })
  for (const stop of stops) stop()
  await eventually(async () => {
    expect(await subscribers(server)).toBe(0)
  })
})

test('nothing is checked when nobody watches any more', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const before = vi.getTimerCount()
  const stop = own.log.watchTraces(() => {})
  expect(vi.getTimerCount()).toBe(before + 1)
  stop()
  expect(vi.getTimerCount()).toBe(before)
})

test('logs in two databases of a server hear nothing of each other', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await using other = await openRedisLog(`${server.url}/1`)
  const [heard, heardByOther] = [watch(own), watch(other)]
  await untilHeard(own, heard, 'own')
  await untilHeard(other, heardByOther, 'other')
  expect(new Set(heard)).toEqual(new Set(['own']))
  expect(new Set(heardByOther)).toEqual(new Set(['other']))
})

test('what cannot be read is ignored', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const heard = watch(own)
  await untilHeard(own, heard)
  const before = heard.length
  for (const payload of ['', 'text', '\u{1}', '\u{2}b eeeeeeee 1 1 1', 'x'.repeat(100_000)]) {
    await server.client.publish(announcementChannel(SPACE), payload)
  }
  await untilHeard(own, heard)
  expect(new Set(heard.slice(before))).toEqual(new Set(['a']))
})

test.for([
  [['-publish', '-subscribe'], '+publish +subscribe'],
  [['-subscribe'], '+publish +subscribe'],
  [['resetchannels', '&runnel:{*'], '&runnel:*'],
] as const)(
  'a user of the rule with %j may publish, and one line names the right that it lacks',
  async ([rights, mend]) => {
    await using server = await RedisServer.start()
    const { client } = server
    await client.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', ...rights)
    await using own = await openRedisLog(server.url.replace('//', '//app:secret@'))
    const heard = watch(own)
    await eventually(async () => {
      await accept(own.log, 'a', [tracedEvent('1')])
      expect(own.warnings).toEqual([expect.stringContaining(mend)])
    })
    await accept(own.log, 'a', [tracedEvent('2')])
    expect([own.log.status().state, own.told, heard]).toEqual(['ok', [], []])
    // A right that is given later needs no restart.
    await client.call('ACL', 'SETUSER', 'app', '+@all', 'allchannels')
    await untilHeard(own, heard)
    expect(own.warnings).toHaveLength(1)
  },
)

test('a process that is cut off hears again when it is back', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const heard = watch(own)
  await untilHeard(own, heard)
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await untilHeard(own, heard)
  await server.restart()
  await eventually(() => {
    expect(own.log.status().reachable).toBe(true)
  })
  await untilHeard(own, heard)
})

test('an announcement that fails with its connection changes nothing', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  await using own = await openRedisLog(proxy.url)
  await using other = await openRedisLog(server.url)
  const heard = watch(other)
  await untilHeard(own, heard)
  proxy.faults.latency = 100
  await accept(own.log, 'a', [tracedEvent('1')])
  // The answer to the announcement is under way.
  proxy.faults.repliesToLose = 1
  await eventually(() => {
    expect(proxy.faults.repliesToLose).toBe(0)
  })
  proxy.faults.latency = 0
  await eventually(() => {
    expect(own.servers.connections).toMatchObject([
      { role: 'commands', up: true, reconnects: 1 },
      {},
    ])
  })
  await untilHeard(own, heard)
  expect([own.warnings, own.refused]).toEqual([[], []])
})

test('a fail-over takes the announcements along', async () => {
  await using group = await Sentinels.start()
  await using own = await openRedisLog(group.url)
  const heard = watch(own)
  await untilHeard(own, heard)
  const primary = await group.primary()
  await primary.kill()
  await untilHeard(own, heard)
  expect(await group.primary()).not.toBe(primary)
})

test('a slot that moves to another node is announced from there', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  await using other = await openRedisLog(cluster.url)
  const heard = watch(other)
  await untilHeard(own, heard)
  const { slot } = channelKeys('a', { prefix: 'runnel', isCluster: true, db: 0 })
  const home = await cluster.nodeOf(slot)
  const away = cluster.nodes.slice(0, 3).find((node) => node !== home)!
  await cluster.moveSlot(slot, away)
  expect(await cluster.nodeOf(slot)).toBe(away)
  await untilHeard(own, heard)
})

test('a process leaves a node that holds no slots any more', async () => {
  await using cluster = await RedisCluster.start()
  await using own = await openRedisLog(cluster.url)
  const heard = watch(own)
  await untilHeard(own, heard)
  const primaries = cluster.nodes.slice(0, 3)
  const counts = await Promise.all(primaries.map(async (node) => subscribers(node)))
  const index = counts.indexOf(1)
  await cluster.nodes[3 + index]!.client.call('CLUSTER', 'FAILOVER')
  await eventually(async () => {
    expect(await subscribers(primaries[index]!)).toBe(0)
  })
  await untilHeard(own, heard)
})

test.for(['hangs', 'is gone'] as const)(
  'a process hears of appends on all nodes, through another one when its node %s',
  async (fault) => {
    const directives = { 'cluster-require-full-coverage': 'no' }
    await using cluster = await RedisCluster.start({ directives })
    await using own = await openRedisLog(cluster.url)
    const heard = watch(own)
    await untilHeard(own, heard)
    const nodes = cluster.nodes.slice(0, 3)
    const counts = await Promise.all(nodes.map(async (node) => subscribers(node)))
    expect(counts.toSorted((a, b) => a - b)).toEqual([0, 0, 1])
    const subscribed = nodes[counts.indexOf(1)]!
    const channels = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const channel = `channel-${index}`
        return {
          channel,
          node: await cluster.nodeOf(
            channelKeys(channel, { prefix: 'runnel', isCluster: true, db: 0 }).slot,
          ),
        }
      }),
    )
    // Its replica must not take its place.
    for (const replica of cluster.nodes.slice(3)) await replica.kill()
    if (fault === 'hangs') subscribed.freeze()
    else await subscribed.kill()
    for (const node of nodes) {
      if (node === subscribed) continue
      await untilHeard(own, heard, channels.find((each) => each.node === node)!.channel)
    }
    // The connection that was given up is no reason for any later failure.
    expect(own.servers.failedConnections()).toEqual([])
  },
)
