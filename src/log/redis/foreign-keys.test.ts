/** Channels whose keys another program has written, or that lost some: repaired, or refused and left unchanged. */
import { expect, test } from 'vitest'
import { saveChannel } from '../../../test/support/redis/channel-state.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { resume } from '../history.ts'
import { accept, newEvents, readAll } from '../suite/helpers.suite.ts'
import { LogUnavailable } from '../event-log.ts'

const [META, EVENTS] = ['runnel:{a}:meta', 'runnel:{a}:events']
const KEY = { key: 'k', fingerprint: 'f' }

type Client = RedisServer['client']

test.for<[string, (client: Client) => Promise<unknown>]>([
  [
    'the next offset',
    async (client) => client.xadd(EVENTS, '4-0', 't', 1, 'b', 1, 'n', 'n', 'd', 'd'),
  ],
  ['an id of its own', async (client) => client.xadd(EVENTS, '*', 'foreign', '')],
  [
    'many of them',
    async (client) => {
      for (let id = 4; id < 2_500; id++) await client.xadd(EVENTS, `${id}-0`, 'foreign', '')
    },
  ],
  [
    'one that is gone again',
    async (client) => client.xdel(EVENTS, (await client.xadd(EVENTS, '*', 'foreign', ''))!),
  ],
  ['the last id there is', async (client) => client.call('XSETID', EVENTS, `${2n ** 64n - 1n}-1`)],
])(
  'an entry beyond the top (%s) is never shown, and gone after the next append',
  async ([, add]) => {
    await using server = await RedisServer.start()
    await using own = await openRedisLog(server.url)
    const { epoch } = await accept(own.log, 'a', newEvents('1', '2', '3'))
    await add(server.client)
    const before = await readAll(own.log, 'a')
    expect(before.history).toMatchObject({ oldest: 1, top: 3 })
    expect(before.events.map(({ data }) => data)).toEqual(['1', '2', '3'])

    const next = await accept(own.log, 'a', newEvents('4', '5'))
    expect(next).toMatchObject({ first: 4 })
    expect(await accept(own.log, 'a', newEvents('6'))).toMatchObject({
      first: 6,
      epoch: next.epoch,
    })
    const { history, events } = await readAll(own.log, 'a')
    expect(events.map(({ data }) => data)).toEqual(['1', '2', '3', '4', '5', '6'])
    // A client that got an event under this offset got another one than the foreign entry.
    expect(resume(history, { epoch, offset: 3 })).toEqual({ after: 3, gaps: [] })
    expect(resume(history, { epoch, offset: 4 })).toMatchObject({
      after: 3,
      gaps: [{ reason: 'diverged', from: `${epoch}-4`, to: `${epoch}-4`, missed: 1 }],
    })
  },
)

test('metadata that is older than its events does not end the channel', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await using other = await openRedisLog(server.url)
  const { epoch } = await accept(own.log, 'a', newEvents('1', '2'))
  const older = await server.client.dumpBuffer(META)
  await accept(own.log, 'a', newEvents('3', '4', '5'))
  await server.client.restore(META, 0, older, 'REPLACE')
  expect((await readAll(other.log, 'a')).events.map(({ data }) => data)).toEqual(['1', '2'])
  expect(await accept(other.log, 'a', newEvents('other'))).toMatchObject({ first: 3 })
  const { history, events } = await readAll(other.log, 'a')
  expect(events.map(({ data }) => data)).toEqual(['1', '2', 'other'])
  expect(resume(history, { epoch, offset: 5 }).gaps).toMatchObject([
    { reason: 'diverged', from: `${epoch}-3`, to: `${epoch}-5`, missed: 3 },
  ])
})

test.for<[string, (client: Client) => Promise<unknown>]>([
  ['lost its end', async (client) => client.xdel(EVENTS, '3-0', '4-0')],
  ['lost all', async (client) => client.del(EVENTS)],
])('a stream that has %s goes on where its metadata says', async ([, lose]) => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const { epoch } = await accept(own.log, 'a', newEvents('1', '2', '3', '4'))
  await lose(server.client)
  expect(await accept(own.log, 'a', newEvents('5'))).toMatchObject({ epoch, first: 5 })
  const { history, events } = await readAll(own.log, 'a')
  expect(events.map(({ data }) => data)).toEqual(['5'])
  expect(resume(history, { epoch, offset: 2 })).toMatchObject({
    after: 4,
    gaps: [{ reason: 'trimmed', missed: 2 }],
  })
})

test.for<[string, (client: Client) => Promise<unknown>]>([
  ['metadata of another type', async (client) => client.set(META, 'text')],
  ['events of another type', async (client) => client.set(EVENTS, 'text')],
  ['keys of another type', async (client) => client.set('runnel:{a}:keys', 'text')],
  ['expiry of another type', async (client) => client.set('runnel:{a}:key-expiry', 'text')],
  ['a top that is no number', async (client) => client.hset(META, 'top', 'text')],
  ['a count that is no number', async (client) => client.hset(META, 'base', 'text')],
  ['a time that is no number', async (client) => client.hset(META, 'time', 'text')],
  ['a due time that is no number', async (client) => client.hset(META, 'due', 'text')],
  ['a chain that is none', async (client) => client.hset(META, 'chain', 'text')],
])('%s: refused, and left as it is', async ([, breakIt]) => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await accept(own.log, 'a', newEvents('1'), { key: 'another', fingerprint: 'f' })
  await breakIt(server.client)
  const before = await saveChannel(server.client, 'a')
  await expect(own.log.append('a', newEvents('2'), KEY)).rejects.toThrow(LogUnavailable)
  expect(await saveChannel(server.client, 'a')).toEqual(before)
})

test.for(['', 'garbage', 'no chain:1'])(
  'a chain of %j is invalid, and is not read as a history',
  async (chain) => {
    await using server = await RedisServer.start()
    await using own = await openRedisLog(server.url)
    await accept(own.log, 'a', newEvents('1'))
    await server.client.hset(META, 'chain', chain)
    await expect(readAll(own.log, 'a')).rejects.toThrow(LogUnavailable)
  },
)

test('events of another type, without metadata: refused, and left as they are', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await server.client.set(EVENTS, 'text')
  const before = await saveChannel(server.client, 'a')
  await expect(own.log.append('a', newEvents('1'))).rejects.toThrow(LogUnavailable)
  expect(await saveChannel(server.client, 'a')).toEqual(before)
})
