import { expect, test } from 'vitest'
import { FaultProxy } from '../../test/support/proxies/fault-proxy.ts'
import { publishText } from '../../test/support/clients/requests.ts'
import { eventually } from '../../test/support/eventually.ts'
import { ScriptedServer, sendStream } from '../../test/support/scripted-server.ts'
import { startTestService } from '../../test/support/service.ts'
import type { DecodedEvent } from '../wire/decode.ts'
import { follow, type ConnectionEnd, type FollowOptions } from './follow.ts'

const OPEN = 'retry: 10\nid: a-0\nevent: runnel.open\ndata: {"heartbeat":15000}\n\n'

/** Follows in the background and keeps the events and the ends of connections. */
function start(url: string | URL, options: Partial<FollowOptions> = {}) {
  const ending = new AbortController()
  const events: DecodedEvent[] = []
  const ends: ConnectionEnd[] = []
  const run = async () => {
    const all = {
      url: new URL(url),
      signal: ending.signal,
      onEnd: (end: ConnectionEnd) => ends.push(end),
    }
    for await (const chunk of follow({ ...all, ...options })) events.push(...chunk)
  }
  const stopped = run()
  // A test that expects the failure awaits it later.
  stopped.catch(() => undefined)
  return {
    events,
    ends,
    stopped,
    stop: async () => {
      ending.abort()
      await stopped
    },
  }
}

const published = ({ events }: { events: readonly DecodedEvent[] }) =>
  events.filter(({ event }) => event === 'message').map(({ data }) => data)

test('events published while the connection is cut arrive once, after it is back', async () => {
  await using service = await startTestService({ retry: '20ms' })
  await using proxy = await FaultProxy.start(service.url)
  const client = start(`${proxy.url}/stream/news`)
  const texts = ['0', '1', '2', '3']
  for (const [round, text] of texts.entries()) {
    await eventually(() => {
      const opened = client.events.filter(({ event }) => event === 'runnel.open')
      expect(opened).toHaveLength(round + 1)
    })
    proxy.cut()
    await publishText(service.url, 'news', text)
  }
  await eventually(() => expect(published(client)).toEqual(texts))
  await client.stop()

  expect(client.events.filter(({ event }) => event === 'runnel.gap')).toEqual([])
  expect(client.ends.map(({ failure }) => failure?.isRetryable)).toEqual(texts.map(() => true))
})

test('it begins after the given cursor', async () => {
  await using service = await startTestService()
  const cursor = await publishText(service.url, 'news', 'old')
  await publishText(service.url, 'news', 'new')

  const client = start(`${service.url}/stream/news`, { cursor })
  await eventually(() => expect(published(client)).toEqual(['new']))
  await client.stop()
})

test('a gap moves the cursor', async () => {
  await using server = await ScriptedServer.start((response, number) => {
    sendStream(
      response,
      number === 0 ? 'retry: 10\nid: b-7\nevent: runnel.gap\ndata: {}\n\n' : OPEN,
    )
    if (number === 0) response.end()
  })
  const client = start(server.url, { cursor: 'a-1' })
  await eventually(() => expect(server.requests).toHaveLength(2))
  await client.stop()

  expect(client.events.map(({ event }) => event)).toContain('runnel.gap')
  expect(server.cursors).toEqual(['a-1', 'b-7'])
})

test.for([
  ['the id of its first event', '', 'a-0'],
  ['the id of an event', 'id: a-1\ndata: 1\n\n', 'a-1'],
  ['an id without data', 'id: a-1\ndata: 1\n\nid: a-2\n\n', 'a-2'],
  ['the last finished id', 'id: a-1\ndata: 1\n\nid: a-2\ndata: half', 'a-1'],
  ['no id after a reset', 'id: a-1\ndata: 1\n\nid\n\n', undefined],
] as const)('it comes back with %s', async ([, text, cursor]) => {
  await using server = await ScriptedServer.start((response, number) => {
    sendStream(response, number === 0 ? OPEN + text : OPEN)
    if (number === 0) response.end()
  })
  const client = start(server.url)
  await eventually(() => expect(server.requests).toHaveLength(2))
  await client.stop()

  expect(server.cursors).toEqual([undefined, cursor])
})

test('a connection that ends without a closing event is reported as lost', async () => {
  await using server = await ScriptedServer.start((response, number) => {
    sendStream(response, OPEN)
    if (number === 0) response.end()
  })
  const client = start(server.url)
  await eventually(() => expect(server.requests).toHaveLength(2))
  await client.stop()

  expect(client.ends).toMatchObject([
    { failure: { message: 'it ended without a closing event' }, lastEventId: 'a-0', wait: 10 },
  ])
})

test.for(['runnel.full', 'runnel.drain', 'runnel.expire', 'runnel.fault'])(
  'after %s it closes the connection, and reconnects without a failure',
  async (name) => {
    await using server = await ScriptedServer.start((response, number) => {
      // The server never ends the body: the client must not wait for its end.
      sendStream(response, number === 0 ? `${OPEN}retry: 20\nevent: ${name}\ndata: {}\n\n` : OPEN)
    })
    const client = start(server.url)
    await eventually(() => expect(server.requests).toHaveLength(2))
    await eventually(() => expect(server.connections).toBe(1))
    await client.stop()

    expect(client.ends).toEqual([{ failure: undefined, lastEventId: 'a-0', wait: 20 }])
  },
)

test.for([
  [400, 'application/problem+json'],
  [401, 'application/problem+json'],
  [404, 'application/problem+json'],
  [200, 'text/html'],
] as const)('%d with %s is a refusal for good', async ([status, type]) => {
  await using server = await ScriptedServer.start((response) => {
    response.writeHead(status, { 'Content-Type': type }).end('{"detail":"not so"}')
  })
  const client = start(server.url)

  const message =
    status === 200 ? `from ${server.url.origin}, got text/html` : `not so (status ${status})`
  await expect(client.stopped).rejects.toMatchObject({
    name: 'ServiceError',
    isRetryable: false,
    message: expect.stringContaining(message),
  })
  expect(server.requests).toHaveLength(1)
  expect(client.ends).toEqual([])
})

test('an event that is too large ends it for good, after the events before', async () => {
  const mebibyte = 'x'.repeat(1024 * 1024)
  await using server = await ScriptedServer.start((response) => {
    sendStream(response, `${OPEN}data: small\n\ndata: `)
    const more = () => {
      while (!response.destroyed && response.write(mebibyte));
    }
    response.on('drain', more)
    more()
  })
  const client = start(server.url)

  await expect(client.stopped).rejects.toMatchObject({ name: 'DecodeError' })
  expect(published(client)).toEqual(['small'])
  expect(server.requests).toHaveLength(1)
  await eventually(() => expect(server.connections).toBe(0))
})

test.for([
  ['before the head', () => undefined],
  ['after the head', (response) => sendStream(response, ':\n')],
  ['between events', (response) => sendStream(response, OPEN)],
  ['within an event', (response) => sendStream(response, `${OPEN}data: half`)],
  ['within a refusal', (response) => response.writeHead(503).write('{')],
] as const satisfies [string, Parameters<typeof ScriptedServer.start>[0]][])(
  'an abort %s leaves nothing open',
  async ([, script]) => {
    await using server = await ScriptedServer.start(script)
    const client = start(server.url)
    await eventually(() => expect(server.requests).toHaveLength(1))

    await client.stop()

    await eventually(() => expect(server.connections).toBe(0))
    expect(client.ends).toEqual([])
  },
)

test('an abort ends a wait, however long', async () => {
  await using server = await ScriptedServer.start((response) => {
    response.writeHead(503, { 'Retry-After': '86400', Connection: 'close' }).end('{}')
  })
  const client = start(server.url)
  await eventually(() => expect(client.ends).toMatchObject([{ wait: 86_400_000 }]))

  await client.stop()

  expect(server.requests).toHaveLength(1)
})

test('the connection is closed when the consumer stops iterating', async () => {
  await using server = await ScriptedServer.start((response) => sendStream(response, OPEN))
  const { signal } = new AbortController()

  for await (const _ of follow({ url: server.url, signal })) break

  await eventually(() => expect(server.connections).toBe(0))
})
