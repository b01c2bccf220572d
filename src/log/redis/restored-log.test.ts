/** A log that is put back to an older copy while it serves, with the same replication id. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FaultProxy } from '../../../test/support/proxies/fault-proxy.ts'
import { openTail, resumeAt } from '../../../test/support/open-tail.ts'
import { restoreChannel, saveChannel } from '../../../test/support/redis/channel-state.ts'
import { openRedisLog, type OpenRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { parsePosition } from '../../wire/position.ts'
import type { EventLog } from '../event-log.ts'
import { resume, type Resumption } from '../history.ts'
import { accept, newEvents, readAll } from '../suite/helpers.suite.ts'

const CHANNEL = 'a'
let server: RedisServer
/** A process that has seen all events. */
let own: OpenRedisLog
/** A process that saw no event before the log was put back. */
let other: OpenRedisLog

beforeEach(async () => {
  server = await RedisServer.start()
  own = await openRedisLog(server.url)
  other = await openRedisLog(server.url)
})

afterEach(async () => {
  vi.useRealTimers()
  await own[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

/** Appends these offsets, each of them as its own event; their number is their data. */
async function append(log: EventLog, from: number, to: number, suffix = ''): Promise<string> {
  let epoch = ''
  for (let offset = from; offset <= to; offset++) {
    const accepted = await accept(log, CHANNEL, newEvents(`${offset}${suffix}`))
    expect(accepted.first).toBe(offset)
    epoch = accepted.epoch
  }
  return epoch
}

/** A log of 25 events; returns its epoch, and a function that loses the last five. */
async function begin(): Promise<{ epoch: string; putBack: () => Promise<void> }> {
  const epoch = await append(own.log, 1, 20)
  const older = await saveChannel(server.client, CHANNEL)
  await append(own.log, 21, 25)
  return { epoch, putBack: async () => restoreChannel(server.client, CHANNEL, older) }
}

async function judge(position: string): Promise<Resumption> {
  const { history } = await readAll(other.log, CHANNEL)
  return resume(history, parsePosition(position)!)
}

/** The gap of a client that holds the lost tail: exactly that tail. */
function lostTail(epoch: string, to = 25): Resumption {
  return {
    after: 20,
    gaps: [
      {
        reason: 'diverged',
        from: `${epoch}-21`,
        to: `${epoch}-${to}`,
        missed: to - 20,
        after: 20,
      },
    ],
  }
}

async function dataAfter(after: number): Promise<string[]> {
  const { events } = await readAll(other.log, CHANNEL)
  return events.filter(({ offset }) => offset > after).map(({ data }) => data)
}

test('an append carries the known top of its channel, without any follower', async () => {
  const { epoch, putBack } = await begin()
  await putBack()
  expect(await append(own.log, 21, 22, ' anew')).not.toBe(epoch)
  expect(await judge(`${epoch}-25`)).toEqual(lostTail(epoch))
  expect(await judge(`${epoch}-21`)).toEqual(lostTail(epoch, 21))
  expect(await judge(`${epoch}-20`)).toEqual({ after: 20, gaps: [] })
  expect(await dataAfter(20)).toEqual(['21 anew', '22 anew'])
})

test.for([1, 5, 9])(
  'events that others have appended meanwhile (%i) are in the new epoch too',
  async (count) => {
    const { epoch, putBack } = await begin()
    await putBack()
    expect(await append(other.log, 21, 20 + count, ' anew')).toBe(epoch)
    await append(own.log, 21 + count, 21 + count)
    expect(await judge(`${epoch}-25`)).toEqual(lostTail(epoch))
    expect(await judge(`${epoch}-20`)).toEqual({ after: 20, gaps: [] })
    expect(await dataAfter(20)).toHaveLength(count + 1)
  },
)

test.for([0, 1, 5, 9])(
  'a follower detects it, though only other processes append (%i events)',
  async (count) => {
    const { epoch, putBack } = await begin()
    const tail = await openTail(own.log, CHANNEL)
    await putBack()
    await append(other.log, 21, 20 + count, ' anew')
    await eventually(() => {
      expect(resumeAt(tail, `${epoch}-25`)).toEqual(lostTail(epoch))
    })
    expect(await judge(`${epoch}-25`)).toEqual(lostTail(epoch))
    expect(await dataAfter(20)).toHaveLength(count)
    tail.close()
  },
)

test('followers are told by the very check that begins an epoch, also where others have appended more', async () => {
  // The checks of all channels that come of themselves; a notification that does not fit asks for one of its channel.
  vi.useFakeTimers({ toFake: ['setInterval'] })
  await using watcher = await openRedisLog(server.url)
  vi.useRealTimers()
  const { epoch, putBack } = await begin()
  const tail = await openTail(watcher.log, CHANNEL)
  await putBack()
  await accept(other.log, CHANNEL, newEvents(...Array.from({ length: 9 }, () => 'anew')))
  await eventually(() => {
    expect(resumeAt(tail, `${epoch}-25`)).toEqual(lostTail(epoch))
  })
  tail.close()
})

test.for([
  { kind: 'too-large', key: undefined },
  { kind: 'key-reused', key: { key: 'k', fingerprint: 'other' } },
  { kind: 'accepted', key: { key: 'k', fingerprint: 'f' } },
])(
  'an append that adds nothing ($kind) hides it from others of its moment alone',
  async (first) => {
    await using tight = await openRedisLog(server.url, { historyEvents: 5 })
    await accept(tight.log, CHANNEL, newEvents('kept'), { key: 'k', fingerprint: 'f' })
    const older = await saveChannel(server.client, CHANNEL)
    const { epoch } = await accept(tight.log, CHANNEL, newEvents('lost'))
    await restoreChannel(server.client, CHANNEL, older)
    const data = first.kind === 'too-large' ? Array<string>(6).fill('') : ['kept']
    const [result] = await Promise.all([
      tight.log.append(CHANNEL, newEvents(...data), first.key),
      accept(tight.log, CHANNEL, newEvents('anew')),
    ])
    expect(result.kind).toBe(first.kind)
    await accept(tight.log, CHANNEL, newEvents('later'))
    expect((await judge(`${epoch}-2`)).gaps).toMatchObject([
      { reason: 'diverged', from: `${epoch}-2`, to: `${epoch}-2` },
    ])
  },
)

test('the known top of a past or new follower is compared with the log', async () => {
  const { epoch, putBack } = await begin()
  // The watcher has appended nothing, and its follower has ended before the log is put back.
  await using watcher = await openRedisLog(server.url)
  const gone = await openTail(watcher.log, CHANNEL)
  gone.close()
  await putBack()
  const tail = await openTail(watcher.log, CHANNEL)
  expect(resumeAt(tail, `${epoch}-25`)).toEqual(lostTail(epoch))
  tail.close()
})

test('if later events cannot be told from earlier ones, the whole epoch has diverged', async () => {
  await using brief = await openRedisLog(server.url, { historyEvents: 5 })
  const { epoch, putBack } = await begin()
  await putBack()
  for (let offset = 21; offset <= 26; offset++) {
    await accept(brief.log, CHANNEL, newEvents(`${offset} anew`))
  }
  await append(own.log, 27, 27)
  const { gaps } = await judge(`${epoch}-25`)
  expect(gaps[0]).toMatchObject({ reason: 'diverged', from: `${epoch}-1`, to: `${epoch}-25` })
})

test('a restart before the next append does not hide the loss', async () => {
  const { epoch, putBack } = await begin()
  await putBack()
  await append(other.log, 21, 22, ' anew')
  await server.client.call('DEBUG', 'CHANGE-REPL-ID')
  await append(other.log, 23, 24, ' anew')
  await append(own.log, 25, 25)
  expect(await judge(`${epoch}-25`)).toEqual(lostTail(epoch))
  expect(await judge(`${epoch}-20`)).toEqual({ after: 20, gaps: [] })
})

test('a copy from before the newest epoch is detected, and begins a new epoch', async () => {
  const { epoch, putBack } = await begin()
  await server.client.call('DEBUG', 'CHANGE-REPL-ID')
  const lost = await append(own.log, 26, 30)
  await putBack()
  // As if the older copy had the same replication id.
  const replid = await server.info('master_replid')
  await server.client.hset('runnel:{a}:meta', 'replid', replid)
  await append(other.log, 21, 21, ' anew')
  await append(own.log, 22, 22)
  expect(await judge(`${epoch}-25`)).toEqual(lostTail(epoch))
  expect((await judge(`${lost}-30`)).gaps).toMatchObject([{ reason: 'epoch-lost' }])
})

test('a server that reloads an older snapshot gives each channel a new epoch', async () => {
  const epoch = await append(own.log, 1, 20)
  const tail = await openTail(own.log, CHANNEL)
  await server.client.save()
  await append(other.log, 21, 25)
  await eventually(() => {
    expect(tail.top).toBe(25)
  })
  const replid = await server.info('master_replid')
  await server.client.call('DEBUG', 'RELOAD', 'NOSAVE')
  expect(await server.info('master_replid')).toBe(replid)
  await eventually(() => {
    expect(resumeAt(tail, `${epoch}-25`)).toEqual(lostTail(epoch))
  })
  tail.close()
})

test('a stale copy with the same replication id behind a proxy is detected', async () => {
  await using proxy = await FaultProxy.start(server.url)
  await using behind = await openRedisLog(proxy.url)
  const epoch = await append(own.log, 1, 20)
  await using stale = await RedisServer.start()
  await restoreChannel(stale.client, CHANNEL, await saveChannel(server.client, CHANNEL))
  await stale.client.hset('runnel:{a}:meta', 'replid', await stale.info('master_replid'))
  const tail = await openTail(behind.log, CHANNEL)
  await append(own.log, 21, 25)
  await eventually(() => {
    expect(tail.top).toBe(25)
  })
  proxy.faults.target = { host: '127.0.0.1', port: stale.port }
  proxy.cut()
  await eventually(() => {
    expect(resumeAt(tail, `${epoch}-25`)).toEqual(lostTail(epoch))
  })
  tail.close()
})

test('followers get the gap even while the server takes no writes', async () => {
  const { epoch, putBack } = await begin()
  // The watcher appends nothing, so its known tops come from what it follows.
  await using watcher = await openRedisLog(server.url)
  const tail = await openTail(watcher.log, CHANNEL)
  await putBack()
  await server.client.config('SET', 'min-replicas-to-write', '1')
  await eventually(() => {
    expect(resumeAt(tail, `${epoch}-25`)).toMatchObject({
      after: 20,
      gaps: [{ reason: 'ahead' }],
    })
  })
  expect(watcher.refused).toEqual([expect.stringContaining('NOREPLICAS')])
  await server.client.config('SET', 'min-replicas-to-write', '0')
  await eventually(async () => {
    expect(await judge(`${epoch}-25`)).toEqual(lostTail(epoch))
  })
  tail.close()
})

test('the recipe of the documentation opens an epoch in a channel without a known top', async () => {
  const page = readFileSync(new URL('../../../docs/redis.md', import.meta.url), 'utf8')
  const recipe = /^redis-cli --scan .*$/m.exec(page)![0]
  const { epoch, putBack } = await begin()
  await own[Symbol.asyncDispose]()
  await putBack()
  execFileSync('sh', ['-c', recipe.replaceAll('redis-cli', `redis-cli -p ${server.port}`)])
  await append(other.log, 21, 21, ' anew')
  expect(await judge(`${epoch}-25`)).toEqual(lostTail(epoch))
  expect(await judge(`${epoch}-20`)).toEqual({ after: 20, gaps: [] })
})

test('a log that was written anew is not taken for one that was put back', async () => {
  const lost = await append(own.log, 1, 5)
  await server.client.flushall()
  const epoch = await append(other.log, 1, 2)
  expect(await append(own.log, 3, 3)).toBe(epoch)
  expect((await judge(`${lost}-2`)).gaps).toMatchObject([{ reason: 'epoch-lost' }])
  expect(await judge(`${epoch}-2`)).toEqual({ after: 2, gaps: [] })
})

test('no epoch is opened if nothing was put back', async () => {
  const tails = [await openTail(own.log, CHANNEL), await openTail(other.log, CHANNEL)]
  const EACH = 300
  for (let round = 0; round < 5; round++) {
    const appends = Array.from({ length: EACH }, async (_, index) =>
      accept((index % 2 === 0 ? own : other).log, CHANNEL, newEvents(String(index))),
    )
    // Notifications are lost, and come late after that.
    if (round % 2 === 1) await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await Promise.all(appends)
    await eventually(() => {
      expect(tails.map(({ top }) => top)).toEqual([EACH * (round + 1), EACH * (round + 1)])
    })
  }
  expect((await readAll(own.log, CHANNEL)).history.chain).toHaveLength(1)
  expect(tails.map(({ generation }) => generation)).toEqual([0, 0])
  for (const tail of tails) tail.close()
})
