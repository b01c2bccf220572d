import { expect, test } from 'vitest'
import { pollDocument } from '../../src/schema/poll.ts'
import { eventually } from '../support/eventually.ts'
import { HttpService } from '../support/http-service.ts'
import { beside, FULL, ROOMY } from '../support/other-pods.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import {
  poll,
  pollAtOnce,
  publishLines,
  publishText,
  readProblem,
} from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

async function untilHeld(service: TestService, count: number): Promise<void> {
  await eventually(() => expect(service.snapshot().polls).toBe(count))
}

test('a poll with a cursor and no event at hand is held until an event comes', async () => {
  await using service = await startTestService()
  const before = await publishText(service.url, 'a', 'before')
  const held = poll(service.url, `/poll/a?lastEventId=${before}`)
  await untilHeld(service, 1)
  const id = await publishText(service.url, 'a', 'now')
  expect(await held).toMatchObject({
    events: [{ id, channel: 'a', event: 'message', data: 'now' }],
    gaps: [],
    cursor: id,
    more: false,
  })
  await untilHeld(service, 0)
})

test('a poll of a channel that was never written is held until its first event', async () => {
  await using service = await startTestService()
  const { cursor } = await poll(service.url, '/poll/a')
  const held = poll(service.url, `/poll/a?lastEventId=${cursor}`)
  await untilHeld(service, 1)
  const id = await publishText(service.url, 'a', 'first')
  expect(await held).toMatchObject({ events: [{ id, data: 'first' }], cursor: id })
})

test('the events of one batch come in one answer', async () => {
  await using service = await startTestService()
  const { cursor } = await poll(service.url, '/poll/a')
  const held = poll(service.url, `/poll/a?lastEventId=${cursor}`)
  await untilHeld(service, 1)
  const ids = await publishLines(service.url, 'a', [{ data: 1 }, { data: 2 }, { data: 3 }])
  expect((await held).events.map(({ id }) => id)).toEqual(ids)
})

test('an event of any channel ends the wait', async () => {
  await using service = await startTestService()
  const { cursor } = await poll(service.url, '/poll?channel=a&channel=b')
  const held = poll(service.url, `/poll?channel=a&channel=b&lastEventId=${cursor}`)
  await untilHeld(service, 1)
  const id = await publishText(service.url, 'b', 'x')
  const [a] = cursor.split('.')
  expect(await held).toMatchObject({ events: [{ id: `${a}.${id}`, channel: 'b' }] })
})

test('after the wait the answer is 200 with no events', async () => {
  await using service = await startTestService()
  const before = await publishText(service.url, 'a', 'before')
  for (const wait of [0, 1]) {
    const response = await fetch(`${service.url}/poll/a?lastEventId=${before}&wait=${wait}`)
    expect(response.status).toBe(200)
    expect(pollDocument.parse(await response.json())).toEqual({
      events: [],
      gaps: [],
      cursor: before,
      more: false,
      retry: 0,
    })
  }
})

test.for([
  ['alone', undefined],
  ['beside a pod that has room for streams', beside(ROOMY)],
  ['beside a pod that is full', beside(FULL)],
] as const)(
  'a poll beyond the limit is 503 with Retry-After, and slots are given back: %s',
  async ([, open]) => {
    await using service = await startTestService({ 'max-polls': '2' }, open)
    const before = await publishText(service.url, 'a', 'before')
    const target = `/poll/a?lastEventId=${before}`
    const held = [poll(service.url, target), poll(service.url, target)]
    await untilHeld(service, 2)
    const response = await fetch(service.url + target)
    expect((await readProblem(response)).status).toBe(503)
    // Pods tell each other of their streams alone: a slot must become free here.
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThanOrEqual(5)
    expect(Number(response.headers.get('Retry-After'))).toBeLessThanOrEqual(30)
    await publishText(service.url, 'a', 'now')
    for (const answer of await Promise.all(held)) expect(answer.events).toHaveLength(1)
    expect((await poll(service.url, target)).events).toHaveLength(1)
  },
)

test.for(['close', 'reset'] as const)(
  'a client that leaves gives back its slot: %s',
  async (leave) => {
    await using service = await startTestService({ 'max-polls': '1' })
    const before = await publishText(service.url, 'a', 'before')
    for (let round = 0; round < 3; round++) {
      await using connection = await RawConnection.open(service.url)
      connection.send(formatRequest(`/poll/a?lastEventId=${before}`))
      await untilHeld(service, 1)
      if (leave === 'reset') connection.reset()
      else await connection[Symbol.asyncDispose]()
      await untilHeld(service, 0)
    }
    expect((await poll(service.url, '/poll/a')).cursor).toBe(before)
  },
)

test('a poll that fails gives back its slot', async () => {
  await using service = await startTestService({ 'max-polls': '1' })
  for (const target of ['/poll/a%20b', '/poll/a?wait=99', '/poll', '/poll/a?from=x']) {
    expect((await fetch(service.url + target)).status).toBe(400)
  }
  await poll(service.url, '/poll/a')
  expect(service.snapshot().polls).toBe(0)
})

test('a drain answers held polls at once and says when to come back', async () => {
  await using service = await startTestService()
  const before = await publishText(service.url, 'a', 'before')
  const target = `/poll/a?lastEventId=${before}`
  const held = pollAtOnce(service.url, target)
  await untilHeld(service, 1)
  await service.drain.begin()
  for (const answer of [await held, await pollAtOnce(service.url, target)]) {
    expect(answer).toMatchObject({ events: [], gaps: [], cursor: before, more: false })
    expect(answer.retry).toBeGreaterThanOrEqual(1_500)
    expect(answer.retry).toBeLessThanOrEqual(4_500)
  }
})

test('pipelined polls are answered in their order', async () => {
  await using service = await startTestService()
  const before = await publishText(service.url, 'a', 'before')
  await using connection = await RawConnection.open(service.url)
  const headers = ['Connection: keep-alive']
  connection.send(formatRequest(`/poll/a?lastEventId=${before}`, { headers }))
  connection.send(formatRequest('/poll/b', { headers }))
  connection.send(formatRequest('/health/live'))
  await untilHeld(service, 1)
  await publishText(service.url, 'a', 'now')
  const text = await connection.untilEnd()
  expect(text.match(/HTTP\/1.1 200 OK/g)).toHaveLength(3)
  expect(text).toMatch(/"data":"now"[^]*"events":\[\][^]*"status":"ok"/)
})

test('no event is missed between two polls', async () => {
  await using service = await startTestService()
  let { cursor } = await poll(service.url, '/poll/a')
  const flow = (async () => {
    for (let index = 0; index < 100; index++) await publishText(service.url, 'a', String(index))
  })()
  const seen: string[] = []
  while (seen.length < 100) {
    const answer = await poll(service.url, `/poll/a?lastEventId=${cursor}`)
    expect(answer.gaps).toEqual([])
    seen.push(...answer.events.map(({ data }) => data))
    ;({ cursor } = answer)
  }
  await flow
  expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => String(index)))
})

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}

test('a poll that was answered leaves nothing behind that would end it', async () => {
  const POLLS = 50
  await using service = await HttpService.start()
  const { drain } = service.service
  service.test.log.history.publish('a', 'x')
  await poll(service.url, '/poll/a?last=1')
  const before = { listeners: drain.listeners.size, timers: countTimers() }

  for (let count = 0; count < POLLS; count++) {
    expect((await poll(service.url, '/poll/a?last=1&wait=55')).events).toHaveLength(1)
  }

  expect(drain.listeners.size).toBe(before.listeners)
  expect(countTimers()).toBeLessThan(before.timers + POLLS / 2)
})
