import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { post, publishText, readProblem } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

async function openStreams(service: TestService, count: number): Promise<EventStream[]> {
  const streams = await Promise.all(
    Array.from({ length: count }, () => EventStream.open(`${service.url}/stream/a`)),
  )
  for (const stream of streams) await stream.event('runnel.open')
  return streams
}

async function shed(service: TestService, body: string): Promise<Response> {
  return post(`${service.adminUrl}/shed`, 'application/json', body)
}

test.for([
  ['{"count":3,"over":0}', 3],
  ['{"count":10,"over":0}', 10],
  ['{"count":1000,"over":0}', 10],
  ['{"percent":20,"over":0}', 2],
  ['{"percent":11,"over":0}', 2],
  ['{"percent":0.5,"over":0}', 1],
  ['{"percent":100,"over":0}', 10],
  ['{"over":0,"count":1}', 1],
] as const)('%s asks %d of 10 streams to move', async ([body, expected]) => {
  await using service = await startTestService()
  const streams = await openStreams(service, 10)
  const response = await shed(service, body)
  expect(response.status).toBe(202)
  expect(await response.json()).toEqual({ shedding: expected })
  await eventually(() => expect(service.snapshot().subscribers).toBe(10 - expected))
  await publishText(service.url, 'a', 'x')
  const moved: EventStream[] = []
  for (const stream of streams) {
    await stream.until(
      () => stream.events.find(({ event }) => event !== 'runnel.open'),
      'an event or a closing event',
    )
    if (stream.published.length === 0) moved.push(stream)
  }
  expect(moved).toHaveLength(expected)
  for (const stream of moved) {
    const { id, data } = await stream.event('runnel.drain')
    expect(id).toBeUndefined()
    expect(JSON.parse(data)).toEqual({ retry: stream.retries.at(-1) })
    await stream.ended()
  }
  expect(service.snapshot().draining).toBe(false)
})

test('a client that is shed comes back and misses no event', async () => {
  await using service = await startTestService()
  const [stream] = await openStreams(service, 1)
  await shed(service, '{"count":1,"over":0}')
  await stream?.ended()
  await publishText(service.url, 'a', 'meanwhile')
  const headers = { 'Last-Event-ID': stream?.lastId ?? '' }
  await using back = await EventStream.open(`${service.url}/stream/a`, headers)
  expect((await back.take(1)).map(({ data }) => data)).toEqual(['meanwhile'])
})

test('"over" spreads the closings', async () => {
  await using service = await startTestService()
  await openStreams(service, 10)
  await shed(service, '{"count":10,"over":3600}')
  await eventually(() => expect(service.snapshot().subscribers).toBe(9))
  await shed(service, '{"count":9,"over":0.1}')
  await eventually(() => expect(service.snapshot().subscribers).toBe(0))
})

test.for([
  '',
  'null',
  '[]',
  '{}',
  '{',
  '7',
  '{"count":0}',
  '{"count":-1}',
  '{"count":1.5}',
  '{"count":"1"}',
  '{"percent":0}',
  '{"percent":101}',
  '{"percent":"10"}',
  '{"percent":null}',
  '{"count":1,"percent":1}',
  '{"count":1,"over":-1}',
  '{"count":1,"over":3601}',
  '{"count":1,"over":"1"}',
  '{"count":1,"extra":1}',
  '{"Count":1}',
])('%s is no request to shed', async (body) => {
  await using service = await startTestService()
  await openStreams(service, 1)
  const { status, detail } = await readProblem(await shed(service, body))
  expect([status, detail]).toEqual([400, expect.stringMatching(/percent.*count.*over/)])
  expect(service.snapshot().subscribers).toBe(1)
})

test('an oversized request is 413', async () => {
  await using service = await startTestService()
  const body = `{"count":1${' '.repeat(5_000)}}`
  expect((await readProblem(await shed(service, body))).status).toBe(413)
})

test('without streams a shed closes none', async () => {
  await using service = await startTestService()
  for (const body of ['{"percent":100}', '{"count":5}']) {
    expect(await (await shed(service, body)).json()).toEqual({ shedding: 0 })
  }
})
