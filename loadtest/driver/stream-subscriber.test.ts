import { afterEach, expect, test, vi } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { RawServer } from '../../test/support/raw-server.ts'
import { skipWaits } from '../../test/support/skip-waits.ts'
import {
  chunk,
  event,
  HEAD,
  LAST_CHUNK,
  open,
  OPENED,
  STREAM,
  subscribe,
} from '../../test/support/stream-subscribers.ts'
import { SubscriberRecord } from '../../test/support/subscriber-record.ts'
import { monotonicNow } from './monotonic-clock.ts'
import type { StreamSubscriber } from './stream-subscriber.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const PROBLEM = 'Content-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}'

test('a server that cannot be reached is a failure to connect, and starting ends with it', async () => {
  const closed = await RawServer.start(() => undefined)
  const { url } = closed
  await closed[Symbol.asyncDispose]()
  const { record, started, subscriber } = await subscribe(url)
  await started
  expect(record.calls).toEqual(['connecting', expect.stringMatching(/^connect failed: .*REFUSED/)])
  expect(subscriber.state).toBe('waiting')
})

test('the request is that of an EventSource, with the headers of the address', async () => {
  await using server = await RawServer.start((socket) => socket.write(STREAM + open()))
  const { started } = await subscribe(`${server.url}/base/`)
  await started
  const { host } = new URL(server.url)
  expect(server.requests).toEqual([
    `GET /base/stream/news HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n` +
      'Cache-Control: no-cache\r\nX-Tenant: a\r\n\r\n',
  ])
  expect(server.sockets[0]?.remoteAddress).toMatch(/^127\.1\.0\.\d+$/)
})

test.for(['close', 'cut'] as const)(
  'a %s at an event leaves out the events after it in the same read',
  async (action) => {
    await using server = await RawServer.start((socket, number) => {
      if (number === 0) socket.write(STREAM + open() + chunk(event(1) + event(2)) + chunk(event(3)))
      else socket.write(STREAM + open({ offset: 1 }) + chunk(event(2)))
    })
    let subscriber: StreamSubscriber | undefined
    class Acting extends SubscriberRecord {
      override event(seen: Parameters<SubscriberRecord['event']>[0]): void {
        super.event(seen)
        if (seen.data === '1') subscriber?.[action]()
      }
    }
    const subscribed = await subscribe(server.url, { record: new Acting() })
    subscriber = subscribed.subscriber
    const { record } = subscribed
    await eventually(() => expect(record.texts).toEqual(action === 'cut' ? ['1', '2'] : ['1']))

    const after = action === 'cut' ? ['cut: the driver cut it', ...OPENED] : ['closed']
    expect(record.calls).toEqual([...OPENED, ...after])
    expect(subscriber.cursor).toBe(action === 'cut' ? 'aaaaaaaa-2' : 'aaaaaaaa-1')
  },
)

test('after a close while it is open it does not come back', async () => {
  await using server = await RawServer.start((socket) => socket.write(STREAM + open({ retry: 0 })))
  const { subscriber, record, started } = await subscribe(server.url)
  await started
  subscriber.close()
  subscriber.close()
  await eventually(() => expect(server.sockets).toEqual([]))
  // Another one that is cut and comes back shows that the time was over.
  const other = await subscribe(server.url)
  await other.started
  other.subscriber.cut()
  await eventually(() => expect(other.record.calls.at(-1)).toBe('opened'))

  expect(server.requests).toHaveLength(3)
  expect(record.calls).toEqual([...OPENED, 'closed'])
  expect(subscriber.state).toBe('closed')
})

test('after a close while it waits it does not come back', async () => {
  await using server = await RawServer.start((socket) => socket.end(STREAM + open({ retry: 50 })))
  const { subscriber, record } = await subscribe(server.url)
  await eventually(() => expect(subscriber.state).toBe('waiting'))
  subscriber.close()
  const other = await subscribe(server.url)
  await eventually(() => {
    expect(other.record.calls.filter((call) => call === 'opened').length).toBeGreaterThan(1)
  })
  expect(record.calls.filter((call) => call === 'connecting')).toHaveLength(1)
  expect(record.calls.at(-1)).toBe('closed')
})

test('silence for two and a half heartbeats is a cut, and a heartbeat is no silence', async () => {
  await using server = await RawServer.start((socket, number) => {
    socket.write(STREAM + open({ heartbeat: 100_000, offset: number }))
  })
  const { subscriber, record, started } = await subscribe(server.url)
  await started
  const openedAt = monotonicNow()
  subscriber.checkSilence(openedAt + 240e6)
  expect(subscriber.state).toBe('open')

  const { bytes } = record
  server.sockets[0]?.write(chunk(':\n'))
  await eventually(() => expect(record.bytes).toBeGreaterThan(bytes))
  const beatAt = monotonicNow()
  subscriber.checkSilence(beatAt + 240e6)
  expect(subscriber.state).toBe('open')
  subscriber.checkSilence(beatAt + 260e6)
  await eventually(() => expect(server.requests).toHaveLength(2))
  expect(record.calls).toContain('cut: nothing came, not even a heartbeat')
})

test('one that does not read, by its pace, is not dead', async () => {
  await using server = await RawServer.start((socket) => socket.write(STREAM + open()))
  const never = await subscribe(server.url, { reading: { kind: 'never' } })
  await never.started
  never.subscriber.checkSilence(monotonicNow() + 1e12)
  expect(never.subscriber.state).toBe('open')
})

test('one that reads at once from here on does so after its reconnects too', async () => {
  await using server = await RawServer.start((socket, number) => {
    socket.write(STREAM + open({ offset: number }))
  })
  const { subscriber, record, started } = await subscribe(server.url, {
    reading: { kind: 'never' },
  })
  await started
  subscriber.readAtOnce()
  subscriber.cut()
  await eventually(() => expect(subscriber.state).toBe('open'))
  await eventually(() => expect(server.sockets).toHaveLength(1))
  server.sockets[0]?.write(chunk(event(2)))
  await eventually(() => expect(record.texts).toEqual(['2']))
})

test('a server that asks for no wait is not asked again at once', async () => {
  await using server = await RawServer.start((socket) => socket.end(STREAM + open({ retry: 0 })))
  const waits = vi.spyOn(globalThis, 'setTimeout')
  const { record } = await subscribe(server.url)
  await eventually(() => {
    expect(record.calls.filter((call) => call === 'opened').length).toBeGreaterThan(1)
  })
  expect(waits.mock.calls.map(([, milliseconds]) => milliseconds)).toContain(100)
})

test('a runnel.open that cannot be read leaves the default heartbeat', async () => {
  await using server = await RawServer.start((socket) => {
    socket.write(STREAM + chunk('event: runnel.open\ndata: {"heartbeat":"x"}\n\n'))
  })
  const { subscriber, started } = await subscribe(server.url)
  await started
  subscriber.checkSilence(monotonicNow() + 30e6)
  expect(subscriber.state).toBe('open')
  subscriber.checkSilence(monotonicNow() + 45e6)
  expect(subscriber.state).toBe('waiting')
})

test('each source address is given back, however its connection ended', async () => {
  await using server = await RawServer.start((socket, number) => {
    if (number === 0) socket.end()
    else if (number === 1) socket.end(`HTTP/1.1 503 Unavailable\r\n${PROBLEM}`)
    else if (number === 2) socket.end(STREAM + open() + LAST_CHUNK)
    else socket.write(STREAM + open())
  })
  skipWaits()
  const { subscriber, sourceAddresses } = await subscribe(server.url)
  await eventually(() => expect(server.requests).toHaveLength(4))
  await eventually(() => expect(subscriber.state).toBe('open'))
  expect(sourceAddresses.taken).toBe(1)
  subscriber.close()
  expect(sourceAddresses.taken).toBe(0)
})

test('a request without an answer is given up like a silent stream', async () => {
  await using server = await RawServer.start(() => undefined)
  const { subscriber, record, started } = await subscribe(server.url)
  await eventually(() => expect(server.requests).toHaveLength(1))
  subscriber.checkSilence(monotonicNow() + 30e6)
  expect(record.calls).toEqual(['connecting'])
  subscriber.checkSilence(monotonicNow() + 45e6)
  await started
  expect(record.calls[1]).toBe('connect failed: nothing came, not even a heartbeat')
})

test.for(['plain', 'nchan', 'mercure'] as const)(
  'a stream of %s is open with its head, and may be silent',
  async (dialect) => {
    await using server = await RawServer.start((socket, number) => {
      if (number === 0) socket.write(`${HEAD}\r\nretry: 10\nid: x\ndata: 1\n\n`)
      else socket.write(`${HEAD}\r\n`)
    })
    const { subscriber, record, started } = await subscribe(server.url, { dialect })
    await started
    expect(record.calls).toEqual(OPENED)
    await eventually(() => expect(record.texts).toEqual(['1']))
    subscriber.checkSilence(monotonicNow() + 1e12)
    expect(subscriber.state).toBe('open')

    server.sockets[0]?.end()
    await eventually(() => expect(record.calls).toEqual([...OPENED, expect.anything(), ...OPENED]))
    expect(server.cursors).toEqual([undefined, 'x'])
  },
)
