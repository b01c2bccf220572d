import { createServer, type RequestListener } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { listenLocally, type LocalServer } from '../support/local-server.ts'
import { createClients } from './clients.ts'

const clients = createClients()

afterAll(() => clients.close())

async function serve(listener: RequestListener): Promise<LocalServer> {
  return listenLocally(createServer(listener))
}

test.for(clients.all)('$name rejects when the answer is no stream', async (client, { signal }) => {
  await using server = await serve((_, response) => response.writeHead(503).end())
  await expect(client.collect(server.url, { signal })).rejects.toThrow(/^expected/)
})

test.for(clients.reconnecting)(
  '$name rejects when a reconnect is answered with no stream',
  async (client, { signal }) => {
    let requests = 0
    await using server = await serve((_, response) => {
      requests += 1
      const status = requests === 1 ? 200 : 503
      response.writeHead(status, { 'content-type': 'text/event-stream' }).end('retry: 10\n\n')
    })
    await expect(client.collect(server.url, { reconnects: true, signal })).rejects.toThrow(
      /expected a stream/,
    )
  },
)

test.for(clients.all)('$name rejects when nobody answers', async (client, { signal }) => {
  const server = await serve(() => {})
  await server[Symbol.asyncDispose]()
  await expect(client.collect(server.url, { signal })).rejects.toThrow(
    /expected a stream|fetch failed/,
  )
})

test.for(clients.all)('$name disconnects once `until` returns true', async (client, { signal }) => {
  const left = Promise.withResolvers<void>()
  await using server = await serve((_, response) => {
    response.on('close', left.resolve)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: a\n\ndata: b\n\ndata: c\n\n')
  })
  const events = await client.collect(server.url, { until: ({ length }) => length === 2, signal })
  expect(events.map(({ data }) => data)).toEqual(['a', 'b'])
  await left.promise
})

test.for(clients.all)('$name rejects with the events so far when it is aborted', async (client) => {
  const controller = new AbortController()
  await using server = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: a\n\n')
  })
  const collected = client.collect(server.url, {
    until: () => {
      setImmediate(() => controller.abort())
      return false
    },
    signal: controller.signal,
  })
  await expect(collected).rejects.toThrow(/aborted.*"data":"a"/)
})

test.for(clients.all)('$name sends the last event id', async (client, { signal }) => {
  const asked: (string | string[] | null | undefined)[] = []
  await using server = await serve(({ url = '', headers }, response) => {
    const { searchParams } = new URL(url, 'http://localhost')
    asked.push(headers['last-event-id'] ?? searchParams.get('lastEventId'))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: a\n\n')
  })
  await client.collect(`${server.url}?ping=1`, { lastEventId: 'abcdefgh-7.ijklmnop-8', signal })
  expect(asked).toEqual(['abcdefgh-7.ijklmnop-8'])
})
