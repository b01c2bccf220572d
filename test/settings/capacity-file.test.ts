import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, publishCount } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'
import { MountedFile } from '../support/mounted-file.ts'

test('the limit follows the file: a lower one closes no stream, and an invalid file changes nothing', async () => {
  await using file = await MountedFile.create('capacity.json')
  await using service = await startTestService({ 'max-streams': '3', 'capacity-file': file.path })
  const { path } = file
  const untilLimit = async (limit: number, state: object) => {
    await eventually(() => {
      expect(service.snapshot()).toMatchObject({ limit, capacityFile: { path, ...state } })
    })
  }
  await untilLimit(3, { state: 'absent' })
  await using first = await EventStream.open(`${service.url}/stream/a`)
  await using second = await EventStream.open(`${service.url}/stream/a`)
  await second.event('runnel.open')

  await file.write({ limit: 1 })
  await untilLimit(1, { state: 'active' })
  await using third = await EventStream.open(`${service.url}/stream/a`)
  await third.event('runnel.full')
  await publishCount(service.url, 'a', 1)
  await Promise.all([first.take(1), second.take(1)])

  await file.write('{"limit": 0}')
  await untilLimit(1, { state: 'invalid', problem: expect.stringContaining('limit') })

  await file.write({ limit: 4 })
  await untilLimit(4, { state: 'active' })
  await using fourth = await EventStream.open(`${service.url}/stream/a`)
  await fourth.event('runnel.open')

  await file.remove()
  await untilLimit(3, { state: 'absent' })
})

test('from the start, the file beats the flags of the settings that it has', async () => {
  await using file = await MountedFile.create('capacity.json')
  await file.write({
    limit: 2,
    connections: { heartbeat: '50ms', retry: '7s' },
    history: { events: 2 },
  })
  await using service = await startTestService({
    'max-streams': '1',
    heartbeat: '15s',
    retry: '1s',
    'history-events': '10',
    'capacity-file': file.path,
  })
  await publishCount(service.url, 'a', 2)
  await publishCount(service.url, 'a', 1)
  expect((await poll(service.url, '/poll/a?from=earliest')).events).toHaveLength(2)
  await using stream = await EventStream.open(`${service.url}/stream/a`)
  await stream.until(() => stream.comments[0], 'a heartbeat')
  const [retry] = stream.retries
  expect(retry).toBeGreaterThanOrEqual(3_500)
  expect(retry).toBeLessThanOrEqual(10_500)
  expect(service.snapshot().limit).toBe(2)
})

test('open streams follow a new heartbeat and a shorter history', async () => {
  await using file = await MountedFile.create('capacity.json')
  await using service = await startTestService({ 'capacity-file': file.path })
  const [first = ''] = await publishCount(service.url, 'a', 10)
  await using stream = await EventStream.open(`${service.url}/stream/a`)
  await stream.event('runnel.open')
  await file.write({ connections: { heartbeat: '50ms' }, history: { events: 3 } })
  await stream.until(() => stream.comments[0], 'a heartbeat')
  await publishCount(service.url, 'a', 1)
  const headers = { 'Last-Event-ID': first }
  await using late = await EventStream.open(`${service.url}/stream/a`, headers)
  const { data } = await late.event('runnel.gap')
  expect(JSON.parse(data)).toMatchObject({ reason: 'trimmed', missed: 7 })
  expect(await late.take(3)).toHaveLength(3)
})
