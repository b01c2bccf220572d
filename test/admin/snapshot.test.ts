import { expect, test } from 'vitest'
import { snapshotDocument, type Snapshot } from '../../src/schema/snapshot.ts'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, publishCount } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

async function readSnapshot(adminUrl: string): Promise<Snapshot> {
  const response = await fetch(`${adminUrl}/snapshot`)
  expect(response.status).toBe(200)
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  return snapshotDocument.parse(await response.json())
}

test('the snapshot shows the pod as it stands', async () => {
  await using service = await startTestService({ 'max-streams': '7' })
  expect(await readSnapshot(service.adminUrl)).toMatchObject({
    status: 'ok',
    draining: false,
    subscribers: 0,
    limit: 7,
    polls: 0,
    channels: 0,
    rates: { published: 0, delivered: 0 },
    log: {
      ready: true,
      reachable: true,
      state: 'ok',
      troubles: [],
      details: { kind: 'memory', channels: 0 },
    },
    capacityFile: null,
  })
  const ids = await publishCount(service.url, 'a', 3)
  await using several = await EventStream.open(`${service.url}/stream?channel=a&channel=b`)
  await several.event('runnel.open')
  const held = poll(service.url, `/poll/a?lastEventId=${ids[2]}`)
  await eventually(async () => {
    expect(await readSnapshot(service.adminUrl)).toMatchObject({
      subscribers: 1,
      polls: 1,
      channels: 2,
      log: { details: { channels: 1 } },
    })
  })
  await publishCount(service.url, 'a', 1)
  await held
})

test('the counts are of now, not of the last second', async () => {
  await using service = await startTestService()
  for (let round = 0; round < 5; round++) {
    const stream = await EventStream.open(`${service.url}/stream/a`)
    await stream.event('runnel.open')
    expect((await readSnapshot(service.adminUrl)).subscribers).toBe(1)
    await stream[Symbol.asyncDispose]()
    await eventually(async () => {
      expect((await readSnapshot(service.adminUrl)).subscribers).toBe(0)
    })
  }
})

test('the rates are events published and delivered a second', async () => {
  await using service = await startTestService()
  await using first = await EventStream.open(`${service.url}/stream/a`)
  await using second = await EventStream.open(`${service.url}/stream/a`)
  await Promise.all([first.event('runnel.open'), second.event('runnel.open')])
  await eventually(async () => {
    await publishCount(service.url, 'a', 1)
    const { rates } = await readSnapshot(service.adminUrl)
    expect(rates.published).toBeGreaterThan(0)
    expect(rates.delivered).toBeGreaterThan(rates.published)
  })
})
