/** What is heard of servers that do not speak as expected. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { hear } from './hear-server.ts'

async function connectTo(serve: (socket: Socket) => void): Promise<Socket & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    serve(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return Object.assign(socket, {
    async [Symbol.asyncDispose]() {
      socket.destroy()
      server.close()
      await once(server, 'close')
    },
  })
}

test('a server that sends no end of a line is not listened to for ever', async () => {
  await using socket = await connectTo((to) => {
    const sendOn = () => {
      while (to.writable && to.write('x'.repeat(64 * 1024)));
    }
    to.on('drain', sendOn)
    sendOn()
  })
  const heard = await hear(socket, 5_000)
  expect(heard.kind).toBe('line')
  expect(heard.kind === 'line' && heard.line.length).toBeLessThan(1024 ** 2)
})

test('a silent server is heard as silence, and nothing is left listening', async () => {
  await using socket = await connectTo(() => undefined)
  const listeners = socket.listenerCount('data')
  expect(await hear(socket, 100)).toEqual({ kind: 'silence' })
  expect(socket.listenerCount('data')).toBe(listeners)
})
