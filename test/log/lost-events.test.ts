/** A Redis server with a short history is killed, and comes back from an older snapshot. */
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { pollAtOnce, publishCount, publishText } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

test('events trimmed behind a lost tail are a gap of their own, by stream, poll and vector', async () => {
  await using server = await RedisServer.start()
  await using service = await startTestService({
    'redis-url': server.url,
    'history-events': '50',
  })
  const { url } = service
  const other = await publishText(url, 'b', 'other')
  await publishCount(url, 'a', 20)
  await server.client.save()
  const lost = await publishCount(url, 'a', 5)
  await server.restart()
  // Publishes are refused until the log is back.
  const anew = [await eventually(async () => publishText(url, 'a', 'first'))]
  // A batch may not exceed the history.
  while (anew.length < 200)
    anew.push(...(await publishCount(url, 'a', Math.min(50, 200 - anew.length))))

  const [epoch] = anew[0]!.split('-')
  const gaps = [
    { channel: 'a', reason: 'diverged', from: lost[0], to: lost.at(-1), missed: 5 },
    { channel: 'a', reason: 'trimmed', from: `${epoch}-21`, to: `${epoch}-170`, missed: 150 },
  ]
  const rest = anew.slice(-50)
  const cursor = lost.at(-1)!

  await using stream = await EventStream.open(`${url}/stream/a?lastEventId=${cursor}`)
  await stream.event('runnel.open')
  const told = stream.events.filter(({ event }) => event === 'runnel.gap')
  expect(told.map(({ data }) => JSON.parse(data) as unknown)).toEqual(gaps)
  expect((await stream.take(50)).map(({ id }) => id)).toEqual(rest)

  // A client that was cut after the first gap gets the second.
  const second = await pollAtOnce(url, `/poll/a?limit=7&lastEventId=${told[0]!.id}`)
  expect([second.gaps, second.events.map(({ id }) => id)]).toEqual([[gaps[1]], rest.slice(0, 7)])

  const vector = await pollAtOnce(url, `/poll?channel=a&channel=b&lastEventId=${cursor}.${other}`)
  expect([vector.gaps, vector.cursor]).toEqual([gaps, `${rest.at(-1)}.${other}`])
})
