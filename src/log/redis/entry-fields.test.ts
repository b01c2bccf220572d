/** Entries with their fields in another order, and with fields of a later version: fields are read by name. */
import { expect, test } from 'vitest'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { resume } from '../history.ts'
import { accept, newEvents, readAll, tracedEvent } from '../suite/helpers.suite.ts'

const [META, EVENTS] = ['runnel:{a}:meta', 'runnel:{a}:events']

/** Writes all entries anew as a later version may. */
async function rewrite({ client }: RedisServer): Promise<void> {
  const entries = await client.xrange(EVENTS, '-', '+')
  await client.del(EVENTS)
  for (const [id, values] of entries) {
    const fields = Array.from({ length: values.length / 2 }, (_, index) =>
      values.slice(2 * index, 2 * index + 2),
    )
    const others = [...fields.toReversed(), ['tt', 'n'], ['later', '']].flat()
    await client.xadd(EVENTS, id, 'first', '1', ...others)
  }
}

test('rewritten entries are read the same', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await accept(own.log, 'a', [...newEvents('1', ''), tracedEvent('3'), tracedEvent('4', 'v=1')])
  const before = await readAll(own.log, 'a')
  await rewrite(server)
  expect(await readAll(own.log, 'a')).toEqual(before)
})

test('rewritten entries are trimmed by age', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await accept(own.log, 'a', newEvents('1', '2', '3'))
  await rewrite(server)
  // All entries are older than that.
  await using short = await openRedisLog(server.url, { historyAge: 1 })
  await server.client.pexpire(META, 60_000)
  expect(await readAll(short.log, 'a')).toMatchObject({
    history: { oldest: 4, top: 3 },
    events: [],
  })
})

test('rewritten entries are trimmed by bytes', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url, { historyBytes: 4_096 })
  for (const data of ['1', '2', '3']) await accept(own.log, 'a', newEvents(data.repeat(1_000)))
  await rewrite(server)
  await accept(own.log, 'a', newEvents('4'.repeat(1_000)))
  const { history, events } = await readAll(own.log, 'a')
  expect([history.oldest, events.map(({ data }) => data[0])]).toEqual([2, ['2', '3', '4']])
})

test('a log that was put back is detected by rewritten entries', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await using other = await openRedisLog(server.url)
  const { epoch } = await accept(own.log, 'a', newEvents('1', '2'))
  await accept(other.log, 'a', newEvents('3'))
  await rewrite(server)
  // Its known top is 2, and the log has moved on to 3.
  expect(await accept(own.log, 'a', newEvents('4'))).toMatchObject({ epoch, first: 4 })
  const { history } = await readAll(own.log, 'a')
  expect(resume(history, { epoch, offset: 3 })).toEqual({ after: 3, gaps: [] })
})
