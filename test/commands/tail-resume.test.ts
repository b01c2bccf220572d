import { expect, test } from 'vitest'
import { startStreamServer } from '../interop/stream-server.ts'
import { beside, ROOMY } from '../support/other-pods.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'
import { publishTo } from './publish-and-read.ts'
import { startCommand, type CommandProcess } from './run-command.ts'
import { FaultProxy } from '../support/proxies/fault-proxy.ts'

const published = (tail: CommandProcess) =>
  tail.json.filter((line) => !String(line['event']).startsWith('runnel.'))
const opened = (tail: CommandProcess) => tail.json.filter((line) => line['event'] === 'runnel.open')

test('connections that are cut lose and repeat nothing', async () => {
  await using service = await startTestService({ retry: '20ms' })
  await using proxy = await FaultProxy.start(service.url)
  await using tail = startCommand(['tail', 'a', 'b', '--json', '--url', proxy.url])
  for (let round = 0; round < 5; round++) {
    await eventually(() => expect(opened(tail)).toHaveLength(round + 1))
    await publishTo(service.url, 'a', `a${round}`)
    proxy.cut()
    await publishTo(service.url, 'b', `b${round}`)
  }
  await eventually(() => expect(published(tail)).toHaveLength(10))

  const texts = published(tail).map((line) => String(line['data']))
  expect(texts.filter((text) => text.startsWith('a'))).toEqual(['a0', 'a1', 'a2', 'a3', 'a4'])
  expect(texts.filter((text) => text.startsWith('b'))).toEqual(['b0', 'b1', 'b2', 'b3', 'b4'])
  expect(tail.json.filter((line) => line['event'] === 'runnel.gap')).toEqual([])
})

test('an event published while it reconnects before the first event is not missed', async () => {
  await using service = await startTestService({ retry: '20ms' })
  await using proxy = await FaultProxy.start(service.url)
  await publishTo(service.url, 'news', 'before')
  await using tail = startCommand(['tail', 'news', '--json', '--url', proxy.url])
  await eventually(() => expect(opened(tail)).toHaveLength(1))

  proxy.cut()
  const [id] = await publishTo(service.url, 'news', 'meanwhile')

  await eventually(() => expect(published(tail)).toHaveLength(1))
  expect(published(tail)[0]).toMatchObject({ id, data: 'meanwhile' })
})

test('a service that comes back with another history is shown as a gap', async () => {
  const first = await spawnServe(['--retry=100ms'])
  const { port } = new URL(first.url)
  await using tail = startCommand(['tail', 'news', '--url', first.url])
  await eventually(async () => {
    await publishTo(first.url, 'news', 'old')
    expect(tail.output).toContain('old')
  })
  await first[Symbol.asyncDispose]()
  await eventually(() => expect(tail.errors).toContain('connection lost'))

  await using second = await spawnServe([`--listen=127.0.0.1:${port}`])
  await publishTo(second.url, 'news', 'new')
  await eventually(() => expect(tail.output).toMatch(/ new\n$/))

  const lines = tail.errors.trimEnd().split('\n')
  const LOST = /^runnel tail: connection lost, resuming after \w{8}-\d+: connection to /
  expect(lines[0]).toMatch(LOST)
  // The cut, and then perhaps that nothing listens.
  const others = lines.filter((line) => !LOST.test(line))
  expect(lines.length - others.length).toBeLessThanOrEqual(2)
  expect(others.toSorted()).toEqual([
    'runnel tail: connected again',
    expect.stringMatching(/^runnel tail: gap in news: .+ missing.* \(epoch-lost: /),
  ])
})

test('after a drain it reconnects without a message', async () => {
  await using service = await startTestService({ 'max-age': '150ms' })
  await using tail = startCommand(['tail', 'news', '--json', '--url', service.url])

  for (let round = 0; round < 2; round++) {
    await eventually(() => expect(opened(tail).length).toBeGreaterThan(round))
    await publishTo(service.url, 'news', `event ${round}`)
  }
  await eventually(() => expect(published(tail)).toHaveLength(2))

  expect(tail.json).toContainEqual({ event: 'runnel.expire', data: { reason: 'age' } })
  expect(published(tail).map(({ data }) => data)).toEqual(['event 0', 'event 1'])
  expect(tail.errors).toBe('')
})

test('it waits for a full service, and misses no event meanwhile', async () => {
  await using service = await startTestService({ 'max-streams': '1' }, beside(ROOMY))
  // The answer of a `fetch` that nobody refers to is cancelled when garbage is collected.
  const holder = await EventStream.open(`${service.url}/stream/other`)
  await using proxy = await FaultProxy.start(service.url)
  await using tail = startCommand(['tail', 'news', '--url', proxy.url])
  await eventually(() => expect(proxy.connections).toBeGreaterThan(1))

  await publishTo(service.url, 'news', 'meanwhile')
  await holder[Symbol.asyncDispose]()
  await eventually(() => expect(tail.output).toMatch(/ meanwhile\n$/))

  expect(tail.errors).toBe('runnel tail: the service is full (limit), waiting for a slot\n')
})

test('it waits for a service that does not run', async () => {
  const first = await spawnServe()
  await first[Symbol.asyncDispose]()
  await using tail = startCommand(['tail', 'news', '--from=earliest', '--url', first.url])
  await eventually(() => expect(tail.errors).not.toBe(''))
  expect(tail.errors).toMatch(/^runnel tail: no connection, trying again: .+ ECONNREFUSED .+\n$/)

  await using second = await spawnServe([`--listen=127.0.0.1:${new URL(first.url).port}`])
  await publishTo(second.url, 'news', 'here')
  await eventually(() => expect(tail.output).toMatch(/ here\n$/))
  expect(tail.errors.split('\n').slice(1)).toEqual(['runnel tail: connected again', ''])
})

test('it replaces a connection that falls silent', async () => {
  const asked: (string | undefined)[] = []
  await using server = await startStreamServer(({ lastEventId }) => {
    asked.push(lastEventId)
    const open = 'event: runnel.open\ndata: {"heartbeat":200}\n\n'
    return { chunks: [`retry: 10\n\nid: ${asked.length}\n\n${open}`], ends: false }
  })
  await using tail = startCommand(['tail', 'news', '--url', server.url])

  await eventually(() => expect(asked.length).toBeGreaterThan(2))
  expect(asked.slice(0, 3)).toEqual([undefined, '1', '2'])
  expect(tail.errors).toMatch(/resuming after 1: .+ nothing came for /)
})

test('heartbeats keep a connection without events', async () => {
  await using service = await startTestService({ heartbeat: '300ms' })
  await using proxy = await FaultProxy.start(service.url)
  await using tail = startCommand(['tail', 'news', '--json', '--url', proxy.url])
  await eventually(() => expect(opened(tail)).toHaveLength(1))

  // Longer than the limit of silence, which is 2.5 heartbeats.
  const { pieces } = proxy
  await eventually(() => expect(proxy.pieces).toBeGreaterThan(pieces + 4))
  expect(proxy.connections).toBe(1)
  expect(tail.errors).toBe('')
})
