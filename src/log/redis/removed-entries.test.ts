/** Events that another program has removed from the stream: readers of them get a gap, and no reader stops. */
import { expect, test } from 'vitest'
import { openTail, readAfter } from '../../../test/support/open-tail.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { accept, newEvents, readAll } from '../suite/helpers.suite.ts'

const WHOLE = { maxEvents: 100, maxBytes: 1_000_000 }

test.for([
  { taken: [4], oldest: 5, offsets: [5, 6] },
  { taken: [1], oldest: 2, offsets: [2, 3, 4, 5, 6] },
  { taken: [2, 5], oldest: 6, offsets: [6] },
  { taken: [6], oldest: 1, offsets: [1, 2, 3, 4, 5] },
  { taken: [1, 2, 3, 4, 5, 6], oldest: 7, offsets: [] },
])('without $taken of six, $offsets are left', async ({ taken, oldest, offsets }) => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await accept(own.log, 'a', newEvents('1', '2', '3', '4', '5', '6'))
  await server.client.xdel('runnel:{a}:events', ...taken.map((offset) => `${offset}-0`))
  const { history, events } = await readAll(own.log, 'a')
  expect(history).toMatchObject({ oldest, top: 6 })
  expect(events.map(({ offset, data }) => [offset, data])).toEqual(
    offsets.map((offset) => [offset, String(offset)]),
  )
})

test('events missing at the top are a trimmed gap for a reader before them', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await accept(own.log, 'a', newEvents('1', '2', '3'))
  await server.client.xdel('runnel:{a}:events', '3-0')
  expect(await own.log.read('a', { after: 2, ...WHOLE })).toMatchObject({
    history: { oldest: 4, top: 3 },
    events: [],
  })
})

test('a reader before the hole gets a gap with the missing events, and goes on behind it', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  const { epoch } = await accept(own.log, 'a', newEvents('1', '2', '3', '4', '5', '6'))
  const tail = await openTail(own.log)
  await server.client.xdel('runnel:{a}:events', '4-0')
  expect(await readAfter(tail, 1)).toEqual([])
  expect(tail.resume({ epoch, offset: 1 })).toEqual({
    after: 4,
    gaps: [{ reason: 'trimmed', from: `${epoch}-2`, to: `${epoch}-4`, missed: 3, after: 4 }],
  })
  expect(await readAfter(tail, 4)).toEqual(['5', '6'])
})
