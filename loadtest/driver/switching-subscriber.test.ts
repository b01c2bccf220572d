import { expect, onTestFinished, test } from 'vitest'
import { publishCount } from '../../test/support/clients/requests.ts'
import { eventually } from '../../test/support/eventually.ts'
import { RawServer } from '../../test/support/raw-server.ts'
import { startTestService } from '../../test/support/service.ts'
import { chunk, LAST_CHUNK, open, STREAM } from '../../test/support/stream-subscribers.ts'
import { SubscriberRecord } from '../../test/support/subscriber-record.ts'
import { createPollPool } from './poll-pool.ts'
import { resolveServer } from './server.ts'
import { SwitchingSubscriber } from './switching-subscriber.ts'

async function create(url: string, eventsUntilSwitch: () => number) {
  const address = { dialect: 'runnel', url, publishUrl: url, headers: {} } as const
  const server = await resolveServer({ ...address, publishHeaders: {}, connectTo: [] }, 0)
  const pool = createPollPool(server)
  const record = new SubscriberRecord()
  const first = { server, channel: 'news', from: 'latest', cursor: '' } as const
  const start = { ...first, reading: { kind: 'at-once' } } as const
  const subscriber = new SwitchingSubscriber(pool, start, record, eventsUntilSwitch)
  onTestFinished(async () => {
    subscriber.close()
    await pool.destroy()
  })
  return { subscriber, record }
}

test.for([1, 2, 3, 7, 40])(
  'with a switch after every %d events, each event comes once and in order',
  async (between) => {
    await using service = await startTestService()
    const { subscriber, record } = await create(service.url, () => between)
    await subscriber.start()
    // The events come in bursts, so that many are in one read and in one answer.
    for (let burst = 0; burst < 6; burst++) await publishCount(service.url, 'news', 20)
    const expected = Array.from({ length: 120 }, (_, index) => String((index % 20) + 1))
    await eventually(() => expect(record.texts.length).toBeGreaterThanOrEqual(120))
    expect(record.texts).toEqual(expected)

    subscriber.close()
    expect(record.calls.filter((call) => call.startsWith('cut'))).toEqual([])
    expect(record.calls.filter((call) => call === 'opened').length).toBeGreaterThan(2)
    expect(record.calls.at(-1)).toBe('closed')
    expect(record.calls.indexOf('closed')).toBe(record.calls.length - 1)
  },
)

test('a refusal is no place to switch from: the stream comes back for it', async () => {
  await using server = await RawServer.start((socket, number) => {
    const full = chunk('retry: 10\nid: none\nevent: runnel.full\ndata: {}\n\n')
    if (number === 0) socket.end(STREAM + full + LAST_CHUNK)
    else socket.write(STREAM + open())
  })
  const { subscriber, record } = await create(server.url, () => 1)
  await subscriber.start()
  await eventually(() => expect(server.requests).toHaveLength(3))
  expect(record.calls[2]).toBe('refused: runnel.full')
  expect(server.requests.map((request) => request.split('/')[1])).toEqual([
    'stream',
    'stream',
    'poll',
  ])
})
