import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { StreamSocket } from './stream-socket.ts'

const LIMIT = 1_000
const MEBIBYTE = 1024 ** 2

/** The sink of a stream, on a kernel that does not show its queues, and the sink's client. */
async function openSink() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect({ host: '127.0.0.1', port })
  client.pause()
  const [socket] = (await once(server, 'connection')) as [Socket]
  return {
    client,
    socket,
    sink: new StreamSocket(socket, '', async () => undefined),
    [Symbol.dispose]() {
      client.destroy()
      socket.destroy()
      server.close()
    },
  }
}

/** What the listener of a sink is told. */
function listen(sink: StreamSocket): {
  readonly told: readonly string[]
  readonly gone: Promise<void>
} {
  const told: string[] = []
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  sink.listen({
    onDrained: () => told.push('drained'),
    onGone: () => {
      told.push('gone')
      resolve()
    },
  })
  return { told, gone }
}

/** Reads so many bytes, and stops. */
async function read(client: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let received = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const onData = (chunk: Buffer) => {
    chunks.push(chunk)
    received += chunk.length
    if (received >= length) resolve()
  }
  client.on('data', onData)
  client.resume()
  await promise
  client.pause()
  client.off('data', onData)
  return Buffer.concat(chunks)
}

/** Asks several times within the limit, so that every reading has time to finish. */
async function findStalled(sink: StreamSocket, clock: { now: number }): Promise<boolean> {
  for (let asked = 0; asked < 12; asked++) {
    if (sink.isStalled((clock.now += LIMIT / 8), LIMIT)) return true
    await Promise.resolve()
  }
  return false
}

test('progress within one large event is seen, as is a stall', async () => {
  using pair = await openSink()
  const { client, sink } = pair
  const clock = { now: 0 }
  sink.write(Buffer.alloc(24 * MEBIBYTE))
  // More than half the limit each time, so that two without progress would be too many.
  while (sink.pendingBytes > 8 * MEBIBYTE) {
    const before = sink.pendingBytes
    expect(sink.isStalled((clock.now += LIMIT * 0.6), LIMIT)).toBe(false)
    await read(client, 4 * MEBIBYTE)
    await eventually(() => expect(sink.pendingBytes).toBeLessThan(before))
  }
  await eventually(async () => expect(await findStalled(sink, clock)).toBe(true))
})

test('large and small writes arrive whole and in order, in any mix', async () => {
  using pair = await openSink()
  const { client, sink } = pair
  const written: Buffer[] = []
  for (let index = 0; index < 200; index++) {
    const size = index % 10 === 0 ? MEBIBYTE : 1 + ((index * 7_919) % 50_000)
    written.push(Buffer.alloc(size, index))
    sink.write(written.at(-1)!)
  }
  const sizes = written.reduce((sum, { length }) => sum + length, 0)
  expect(sink.pendingBytes).toBeGreaterThan(MEBIBYTE)
  const first = await read(client, sizes / 2)
  const lastBlock = Buffer.from('last block')
  sink.end(lastBlock)
  const rest = await read(client, sizes + lastBlock.length - first.length)
  expect(Buffer.concat([first, rest]).equals(Buffer.concat([...written, lastBlock]))).toBe(true)
})

test.for([1_000, 12 * MEBIBYTE])(
  'after whenDrained, onDrained is called once, when no byte is pending: %i bytes behind others',
  async (size) => {
    using pair = await openSink()
    const { client, sink } = pair
    const pending: number[] = []
    sink.listen({
      onDrained: () => pending.push(sink.pendingBytes),
      onGone: () => undefined,
    })
    let total = 0
    while (sink.pendingBytes === 0) {
      sink.write(Buffer.alloc(200_000))
      total += 200_000
    }
    sink.write(Buffer.alloc(size))
    total += size
    sink.whenDrained()
    expect(pending).toEqual([])
    await read(client, total)
    await eventually(() => expect(pending).toEqual([0]))
  },
)

test('a stream that is cut with bytes in its queue writes no more of them', async () => {
  using pair = await openSink()
  const { client, sink } = pair
  sink.write(Buffer.alloc(24 * MEBIBYTE))
  sink.destroy()
  client.resume()
  await once(client, 'close')
  expect(client.bytesRead).toBeLessThan(24 * MEBIBYTE)
})

test('a connection breaks: it is gone, and nothing counts as drained', async () => {
  using pair = await openSink()
  const { client, sink } = pair
  const { told, gone } = listen(sink)
  sink.write(Buffer.alloc(24 * MEBIBYTE))
  sink.whenDrained()
  client.resetAndDestroy()
  await gone
  expect(told).toEqual(['gone'])
})

test('a write finds that the connection is broken: it is gone, and nothing counts as drained', async () => {
  using pair = await openSink()
  const { client, sink } = pair
  const { told, gone } = listen(sink)
  client.resetAndDestroy()
  // The kernel has the reset, of which the event loop tells in its next turn.
  client.once('close', () => {
    sink.write(Buffer.alloc(1_000))
    sink.whenDrained()
  })
  await gone
  expect(told).toEqual(['gone'])
})

test('a peer that has ended is gone before its socket is closed', async () => {
  using pair = await openSink()
  const { client, socket, sink } = pair
  const seen: unknown[] = []
  socket.once('end', () => seen.push(sink.isGone, socket.destroyed))
  client.end()
  await once(socket, 'close')
  expect(seen).toEqual([true, false])
})
