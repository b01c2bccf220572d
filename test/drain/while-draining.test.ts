import { expect, test } from 'vitest'
import { capacityDocument, pollDocument } from '../support/contract.ts'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/raw-connection.ts'
import { exchange, formatRequest } from '../support/raw-response.ts'
import { poll, publishText } from '../support/requests.ts'
import { readCounts } from '../support/resources.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

test.each(SIGNALS)(
  '%s: streams are told to come back, and the service ends with 0',
  async (signal) => {
    await using serve = await spawnServe(['--drain-window=300ms'])
    await using stream = await openStream(serve)

    serve.child.kill(signal)

    expect(await stream.untilEnd()).toMatch(
      /retry: \d+\n\nevent: runnel\.drain\n[^\n]+\n\n\r\n0\r\n\r\n$/,
    )
    expect(await serve.exited).toBe(0)
  },
)

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a second %s ends a drain at once, with %i', async (signal, code) => {
  await using serve = await spawnServe(['--drain-window=1h'])
  await using first = await openStream(serve)
  await using second = await openStream(serve)

  serve.child.kill(signal)
  await Promise.race([first, second].map(async (stream) => stream.until('runnel.drain')))
  serve.child.kill(signal)

  expect(await serve.exited).toBe(code)
})

test('while a service drains it is not ready, but alive, and says so', async () => {
  await using serve = await beginDrain()
  const statuses = async (path: string) =>
    Promise.all([serve.url, serve.adminUrl].map(async (url) => (await fetch(url + path)).status))

  expect(await statuses('/health/ready')).toEqual([503, 503])
  expect(await statuses('/health/live')).toEqual([200, 200])
  await eventually(async () => {
    const response = await fetch(`${serve.url}/health/stream-capacity`)
    const { status, advice } = capacityDocument.parse(await response.json())
    expect(status).toBe('draining')
    expect(advice.retry).toBeGreaterThanOrEqual(200)
    expect(advice.retry).toBeLessThanOrEqual(1_000)
  })
})

test('while a service drains a newcomer gets its place, and is sent on at once', async () => {
  await using serve = await beginDrain()

  const { status, body } = await exchange(serve.url, formatRequest('/stream/news'))

  expect(status).toBe(200)
  expect(body).toMatch(
    /^[0-9a-f]+\r\nretry: (\d+)\n\nid: \w{8}-0\n\nevent: runnel\.drain\ndata: \{"retry":\1\}\n\n\r\n0\r\n\r\n$/,
  )
})

test('while a service drains a newcomer that prefers a status gets 503', async () => {
  await using serve = await beginDrain()

  const request = formatRequest('/stream/news', { headers: ['Prefer: status'] })
  const { status, headers } = await exchange(serve.url, request)

  expect(status).toBe(503)
  expect(headers.get('retry-after')).toBe('1')
})

test('while a service drains publishes are accepted and delivered', async () => {
  await using serve = await spawnServe(['--drain-window=1h'])
  await using first = await openStream(serve)
  await using second = await openStream(serve)
  serve.child.kill('SIGTERM')
  const left = await Promise.race([
    first.until('runnel.drain').then(() => second),
    second.until('runnel.drain').then(() => first),
  ])

  await publishText(serve.url, 'news', 'late')

  expect(await left.until('data: late')).not.toContain('runnel.drain')
})

test('a drain answers held polls at once, and later ones without holding', async () => {
  await using serve = await spawnServe(['--drain-window=1h'])
  await using first = await openStream(serve)
  await using second = await openStream(serve)
  const { cursor } = await poll(serve.url, '/poll/news')
  const target = `/poll/news?wait=55&lastEventId=${cursor}`
  const held = poll(serve.url, target)
  await eventually(async () => {
    expect(await readCounts(serve)).toMatchObject({ polls: 1, subscribers: 2 })
  })

  serve.child.kill('SIGTERM')

  for (const answer of [await held, await poll(serve.url, target)]) {
    expect(pollDocument.parse(answer)).toMatchObject({ events: [], gaps: [], cursor, more: false })
    expect(answer.retry).toBeGreaterThanOrEqual(200)
    expect(answer.retry).toBeLessThanOrEqual(1_000)
  }
  await Promise.race([first, second].map(async (stream) => stream.until('runnel.drain')))
})

test('POST /drain does the same, but the service stays until a signal comes', async () => {
  await using serve = await spawnServe(['--drain-window=0s'])
  await using stream = await openStream(serve)

  const response = await fetch(`${serve.adminUrl}/drain`, { method: 'POST' })

  expect([response.status, await response.json()]).toEqual([202, { draining: 1 }])
  await stream.until(/event: runnel\.drain\n[^]*0\r\n\r\n$/)
  await eventually(async () => {
    expect(await readCounts(serve)).toMatchObject({ subscribers: 0 })
  })
  await publishText(serve.url, 'news', 'still here')
  expect((await fetch(`${serve.url}/health/live`)).status).toBe(200)
  expect((await fetch(`${serve.url}/health/ready`)).status).toBe(503)

  serve.child.kill('SIGTERM')
  expect(await serve.exited).toBe(0)
})

/** A service in the middle of a drain that will not end by itself. */
async function beginDrain(): Promise<ServeProcess> {
  const serve = await spawnServe(['--drain-window=1h'])
  for (let count = 0; count < 2; count++) await openStream(serve)
  serve.child.kill('SIGTERM')
  await eventually(async () => {
    expect((await fetch(`${serve.url}/health/ready`)).status).toBe(503)
  })
  return serve
}

async function openStream({ url }: ServeProcess): Promise<RawConnection> {
  const stream = await RawConnection.open(url)
  stream.send(formatRequest('/stream/news'))
  await stream.until('runnel.open')
  return stream
}
