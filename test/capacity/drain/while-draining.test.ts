import { expect, test } from 'vitest'
import { capacityDocument } from '../../../src/schema/capacity-status.ts'
import { pollDocument } from '../../../src/schema/poll.ts'
import { eventually } from '../../support/eventually.ts'
import { RawConnection } from '../../support/clients/raw-connection.ts'
import { exchange, formatRequest } from '../../support/clients/raw-response.ts'
import { poll, publishText } from '../../support/clients/requests.ts'
import { startTestService, type TestService } from '../../support/service.ts'

test('while a service drains it is alive but not ready, and its status is draining', async () => {
  await using service = await beginDrain()
  const statuses = async (path: string) =>
    Promise.all(
      [service.url, service.adminUrl].map(async (url) => (await fetch(url + path)).status),
    )

  expect(await statuses('/health/ready')).toEqual([503, 503])
  expect(await statuses('/health/live')).toEqual([200, 200])
  await eventually(async () => {
    const response = await fetch(`${service.url}/health/stream-capacity`)
    const { status, advice } = capacityDocument.parse(await response.json())
    expect(status).toBe('draining')
    expect(advice.retry).toBeGreaterThanOrEqual(5_000)
    expect(advice.retry).toBeLessThanOrEqual(30_000)
  })
})

test('while a service drains a new stream gets its cursor, and is closed at once', async () => {
  await using service = await beginDrain()

  const { status, body } = await exchange(service.url, formatRequest('/stream/news'))

  expect(status).toBe(200)
  const [, retry] =
    /^[0-9a-f]+\r\nretry: (\d+)\nid: \w{8}-0\nevent: runnel\.drain\ndata: \{"retry":\1\}\n\n\r\n0\r\n\r\n$/.exec(
      body,
    ) ?? []
  expect(Number(retry)).toBeGreaterThanOrEqual(5_000)
  expect(Number(retry)).toBeLessThanOrEqual(30_000)
})

test('while a service drains a new client that prefers a status gets 503', async () => {
  await using service = await beginDrain()

  const request = formatRequest('/stream/news', { headers: ['Prefer: status'] })
  const { status, headers } = await exchange(service.url, request)

  expect(status).toBe(503)
  // No other pod is known.
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(5)
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(30)
})

test('once a service drains its answer to a publish is the last one on the connection', async () => {
  await using service = await startTestService({ 'drain-window': '1h' })
  const publish = formatRequest('/publish/news', {
    method: 'POST',
    headers: ['Connection: keep-alive', 'Content-Type: text/plain', 'Content-Length: 1'],
    body: 'x',
  })
  await using publisher = await RawConnection.open(service.url)
  publisher.send(publish)
  await publisher.until('"ids"')

  void service.drain.begin()

  publisher.send(publish)
  const answers = await publisher.untilEnd()
  expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  expect(answers.match(/^Connection: .+(?=\r$)/gm)).toEqual([
    'Connection: keep-alive',
    'Connection: close',
  ])
})

test('once a service drains a publish that fails is the last one on the connection, too', async () => {
  await using service = await startTestService({ 'drain-window': '1h' })
  const publish = formatRequest('/publish/news', {
    method: 'POST',
    headers: ['Connection: keep-alive', 'Content-Type: application/json', 'Content-Length: 1'],
    body: '{',
  })
  await using publisher = await RawConnection.open(service.url)
  publisher.send(publish)
  await publisher.until('"status":400')

  void service.drain.begin()

  publisher.send(publish)
  const answers = await publisher.untilEnd()
  expect(answers.match(/HTTP\/1\.1 400 /g)).toHaveLength(2)
  expect(answers.match(/^Connection: .+(?=\r$)/gm)).toEqual([
    'Connection: keep-alive',
    'Connection: close',
  ])
})

test('while a service drains publishes are accepted and delivered', async () => {
  await using service = await startTestService({ 'drain-window': '1h' })
  await using first = await openStream(service)
  await using second = await openStream(service)
  void service.drain.begin()
  const left = await Promise.race([
    first.until('runnel.drain').then(() => second),
    second.until('runnel.drain').then(() => first),
  ])

  await publishText(service.url, 'news', 'late')

  expect(await left.until('data: late')).not.toContain('runnel.drain')
})

// Far below the wait of the polls.
test(
  'a drain answers held polls at once, and later ones without holding',
  { timeout: 30_000 },
  async () => {
    await using service = await startTestService({ 'drain-window': '1h' })
    await using first = await openStream(service)
    await using second = await openStream(service)
    const { cursor } = await poll(service.url, '/poll/news')
    const target = `/poll/news?wait=55&lastEventId=${cursor}`
    const held = poll(service.url, target)
    await eventually(() => {
      expect(service.snapshot()).toMatchObject({ polls: 1, subscribers: 2 })
    })

    void service.drain.begin()

    for (const answer of [await held, await poll(service.url, target)]) {
      expect(pollDocument.parse(answer)).toMatchObject({
        events: [],
        gaps: [],
        cursor,
        more: false,
      })
      // The polls had a slot, and the pod is alone: they come back as after a cut.
      expect(answer.retry).toBeGreaterThanOrEqual(1_500)
      expect(answer.retry).toBeLessThanOrEqual(4_500)
    }
    await Promise.race([first, second].map(async (stream) => stream.until('runnel.drain')))
  },
)

/** A service in the middle of a drain that will not end by itself. */
async function beginDrain(): Promise<TestService> {
  const service = await startTestService({ 'drain-window': '1h' })
  for (let count = 0; count < 2; count++) await openStream(service)
  void service.drain.begin()
  return service
}

async function openStream({ url }: TestService): Promise<RawConnection> {
  const stream = await RawConnection.open(url)
  stream.send(formatRequest('/stream/news'))
  await stream.until('runnel.open')
  return stream
}
