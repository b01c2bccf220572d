import { expect, test } from 'vitest'
import { publishCount } from '../../test/support/clients/requests.ts'
import { eventually } from '../../test/support/eventually.ts'
import { startTestService } from '../../test/support/service.ts'
import { SubscriberRecord } from '../../test/support/subscriber-record.ts'
import { createPollPool } from './poll-pool.ts'
import { resolveServer } from './server.ts'
import { SwitchingSubscriber } from './switching-subscriber.ts'

test.for([1, 2, 3, 7, 40])(
  'with a switch after every %d events, each event comes once and in order',
  async (between) => {
    await using service = await startTestService()
    const { url } = service
    const address = { dialect: 'runnel', url, publishUrl: url, headers: {} } as const
    const server = await resolveServer({ ...address, publishHeaders: {}, connectTo: [] }, 0)
    const pool = createPollPool(server)
    const record = new SubscriberRecord()
    const start = { server, channel: 'news', from: 'latest', cursor: '' } as const
    const subscriber = new SwitchingSubscriber(
      pool,
      { ...start, reading: { kind: 'at-once' } },
      record,
      () => between,
    )
    await subscriber.start()
    // The events come in bursts, so that many are in one read and in one answer.
    for (let burst = 0; burst < 6; burst++) await publishCount(service.url, 'news', 20)
    const expected = Array.from({ length: 120 }, (_, index) => String((index % 20) + 1))
    await eventually(() => expect(record.texts.length).toBeGreaterThanOrEqual(120))
    expect(record.texts).toEqual(expected)

    subscriber.close()
    await pool.destroy()
    expect(record.calls.filter((call) => call.startsWith('cut'))).toEqual([])
    expect(record.calls.filter((call) => call === 'opened').length).toBeGreaterThan(2)
    expect(record.calls.at(-1)).toBe('closed')
    expect(record.calls.indexOf('closed')).toBe(record.calls.length - 1)
  },
)
