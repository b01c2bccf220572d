import type { Server } from 'node:http'
import Koa, { type Middleware } from 'koa'
import { expect, test, vi } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { RawConnection } from '../../../test/support/clients/raw-connection.ts'
import { formatRequest } from '../../../test/support/clients/raw-response.ts'
import { closeServer, listen } from '../../lib/listener.ts'
import { createHttpServer, type ServerOptions } from './http-server.ts'

const OPTIONS = {
  headerTimeout: 10_000,
  bodyTimeout: 10_000,
  keepAlive: 600_000,
  maxHeaderBytes: 16_384,
}
const KEEP = { headers: ['Connection: keep-alive'] }

test('an answer that the kernel cannot take at once arrives whole at a client that reads late', async () => {
  // Parts that differ, so that one lost or moved would show.
  const body = Array.from({ length: 200_000 }, (_, index) => `${index} `.padEnd(80, 'x')).join('\n')
  const { url, server } = await serve((ctx) => {
    ctx.body = body
  })
  await using connection = await RawConnection.open(url)
  connection.pause()
  connection.send(formatRequest('/'))
  const other = await fetch(url)
  expect(await other.text()).toBe(body)

  connection.resume()

  const text = await connection.untilEnd()
  expect(text.slice(text.indexOf('\r\n\r\n') + 4) === body).toBe(true)
  await closeServer(server, 0)
})

test('bytes behind a stream request are not even parsed', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const { url, server } = await serve(
    async (ctx) => {
      await answered
      ctx.body = 'answer'
    },
    { isStream: (_method, target) => target === '/stream' },
  )
  const onRequest = vi.fn<() => void>()
  server.on('request', onRequest)
  await using connection = await RawConnection.open(url)
  connection.send(formatRequest('/first', KEEP) + formatRequest('/stream', KEEP))
  await vi.waitFor(() => {
    expect(onRequest).toHaveBeenCalledTimes(2)
  })

  for (let count = 0; count < 100; count++) connection.send(formatRequest('/later', KEEP))
  // Comes in after all that, on another connection.
  void fetch(url)
  await vi.waitFor(() => {
    expect(onRequest).toHaveBeenCalledTimes(3)
  })
  answer()

  expect((await connection.untilEnd()).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  await closeServer(server, 0)
})

test('of many requests in the first packet, only the first few are parsed before their turn', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const { url, server } = await serve(
    async (ctx) => {
      if (ctx.path === '/first') await answered
      ctx.body = 'answer'
    },
    { takeStream: () => false },
  )
  const onRequest = vi.fn<() => void>()
  server.on('request', onRequest)
  await using connection = await RawConnection.open(url)
  const count = 500
  connection.send(formatRequest('/first', KEEP) + formatRequest('/later', KEEP).repeat(count))
  await vi.waitFor(() => {
    expect(onRequest).toHaveBeenCalled()
  })
  // Comes in after all that, on another connection.
  await (await fetch(url)).text()
  expect(onRequest.mock.calls.length).toBeLessThan(20)
  answer()

  const answers = () => connection.text.match(/HTTP\/1\.1 200 OK/g)
  await eventually(() => expect(answers()).toHaveLength(count + 1))
  await closeServer(server, 0)
})

test('nothing of a connection is kept when it has ended', async () => {
  const app = new Koa()
  app.use((ctx) => {
    ctx.body = 'answer'
  })
  const server = createHttpServer(app, { ...OPTIONS, takeStream: () => false })
  const sockets: WeakRef<object>[] = []
  server.on('connection', (socket) => sockets.push(new WeakRef(socket)))
  const { port } = await listen(server, { host: '127.0.0.1', port: 0 })
  for (let count = 0; count < 5; count++) {
    await using connection = await RawConnection.open(`http://127.0.0.1:${port}`)
    connection.send(formatRequest('/'))
    await connection.untilEnd()
  }

  await eventually(() => {
    globalThis.gc?.()
    expect(sockets.filter((socket) => socket.deref() !== undefined)).toEqual([])
  })
  expect(sockets.length).toBeGreaterThan(4)
  await closeServer(server, 0)
})

test('a server that closes lets requests under way end', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const { url, server } = await serve(async (ctx) => {
    if (ctx.path === '/slow') await answered
    ctx.body = `answer to ${ctx.path}`
  })
  await using idle = await RawConnection.open(url)
  idle.send(formatRequest('/quick', KEEP))
  await idle.until('answer to /quick')
  await using slow = await RawConnection.open(url)
  slow.send(formatRequest('/slow', KEEP))
  await using quick = await RawConnection.open(url)
  quick.send(formatRequest('/quick', KEEP))
  await quick.until('answer to /quick')

  const closed = closeServer(server, 60_000)
  await idle.untilEnd()
  await quick.untilEnd()
  answer()

  expect(await slow.untilEnd()).toContain('answer to /slow')
  await closed
  expect(server.listening).toBe(false)
})

test('a server that closes waits no longer than its grace', async () => {
  const never = new Promise<void>(() => undefined)
  const { url, server } = await serve(async () => never)
  await using connection = await RawConnection.open(url)
  connection.send(formatRequest('/'))
  await using half = await RawConnection.open(url)
  half.send('GET / HTTP/1.1\r\n')

  await closeServer(server, 50)

  expect(await connection.untilEnd()).toBe('')
  expect(await half.untilEnd()).toBe('')
})

async function serve(
  handler: Middleware,
  options: Pick<ServerOptions, 'isStream' | 'takeStream'> = {},
): Promise<{ url: string; server: Server }> {
  const app = new Koa()
  app.silent = true
  app.use(handler)
  const server = createHttpServer(app, { ...OPTIONS, ...options })
  const { port } = await listen(server, { host: '127.0.0.1', port: 0 })
  return { url: `http://127.0.0.1:${port}`, server }
}
