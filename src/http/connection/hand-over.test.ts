import { setImmediate as nextTurn } from 'node:timers/promises'
import Koa, { type Context } from 'koa'
import { expect, test } from 'vitest'
import { RawConnection } from '../../../test/support/clients/raw-connection.ts'
import { DetachableSocket } from './detachable-socket.ts'
import { handOver } from './hand-over.ts'
import { closeServer, listen } from '../../lib/listener.ts'
import { createHttpServer } from './http-server.ts'

const LAST = Buffer.from('the rest')

const OPTIONS = {
  headerTimeout: 10_000,
  bodyTimeout: 10_000,
  keepAlive: 10_000,
  maxHeaderBytes: 16_384,
  isStream: () => true,
}

test('the HTTP server takes a detached response for finished, and its request not for aborted', async () => {
  const seen: string[] = []
  await exchange(async (ctx) => {
    ctx.req.on('error', () => seen.push('request failed'))
    ctx.res.on('finish', () => seen.push('response finished'))
    const socket = handOver(ctx.res)
    socket?.end(LAST)
  })
  expect(seen).toEqual(['response finished'])
})

test('the HTTP server frees the connection at once', async () => {
  let isGone = false
  await exchange(async (ctx) => {
    const detachable: unknown = ctx.res.socket
    const socket = handOver(ctx.res)
    await nextTurn()
    isGone = detachable instanceof DetachableSocket && detachable.closed
    socket?.end(LAST)
  })
  expect(isGone).toBe(true)
})

test('after the head, the client gets only the bytes that are written to the socket', async () => {
  const text = await exchange(async (ctx) => {
    const socket = handOver(ctx.res)
    await nextTurn()
    socket?.end(LAST)
  })
  expect(bodyOf(text)).toBe('the rest')
})

test('writes to a detachable socket that has lost its socket do not reach the client', async () => {
  const text = await exchange(async (ctx) => {
    const detachable: unknown = ctx.res.socket
    if (!(detachable instanceof DetachableSocket)) throw new Error('expected a detachable socket')
    ctx.res.flushHeaders()
    const socket = detachable.detach()
    detachable.write('alone')
    detachable.cork()
    detachable.write('together')
    detachable.write('with this')
    detachable.uncork()
    detachable.end()
    await nextTurn()
    socket.write('the rest')
    socket.destroySoon()
  })
  expect(bodyOf(text)).toBe('the rest')
})

function bodyOf(response: string): string {
  return response.slice(response.indexOf('\r\n\r\n') + 4)
}

/** Sends one request to a server with this handler, and returns all that comes back. */
async function exchange(handle: (ctx: Context) => Promise<void>): Promise<string> {
  const app = new Koa()
  app.use(async (ctx) => {
    ctx.status = 200
    ctx.respond = false
    await handle(ctx)
  })
  const server = createHttpServer(app, OPTIONS)
  const { port } = await listen(server, { host: '127.0.0.1', port: 0 })
  await using connection = await RawConnection.open(`http://127.0.0.1:${port}`)
  connection.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const text = await connection.untilEnd()
  await closeServer(server, 0)
  return text
}
