import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { findSendQueue } from './kernel-send-queue.ts'

/** Both ends of a new connection to a listener on `host`. */
async function openPair(host: string) {
  const server = createServer()
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect({ host: host === '::1' ? host : '127.0.0.1', port })
  client.pause()
  const [socket] = (await once(server, 'connection')) as [Socket]
  return {
    client,
    socket,
    [Symbol.dispose]() {
      client.destroy()
      socket.destroy()
      server.close()
    },
  }
}

/** Writes until the kernel takes no more. */
async function fill(socket: Socket): Promise<void> {
  const bytes = Buffer.alloc(1024 ** 2)
  await eventually(() => {
    socket.write(bytes)
    expect(socket.writableLength).toBeGreaterThan(8 * 1024 ** 2)
  })
}

test.each(['127.0.0.1', '::1', '::'])(
  'what a peer of a listener on %s has not taken is seen, and that it takes something',
  async (host) => {
    using pair = await openPair(host)
    expect(await findSendQueue(pair.socket)).toBe(0)
    await fill(pair.socket)
    const full = await eventually(async () => {
      const [first, second] = [await findSendQueue(pair.socket), await findSendQueue(pair.socket)]
      expect(first).toBe(second)
      return first
    })
    expect(full).toBeGreaterThan(0)

    pair.client.resume()
    await eventually(async () => {
      expect(await findSendQueue(pair.socket)).not.toBe(full)
    })
    await eventually(async () => {
      expect(await findSendQueue(pair.socket)).toBe(0)
    })
  },
)

test('simultaneous calls are each answered for their own connection', async () => {
  using idle = await openPair('127.0.0.1')
  using full = await openPair('127.0.0.1')
  using other = await openPair('::1')
  await fill(full.socket)
  await fill(other.socket)
  await eventually(async () => {
    const asked = [idle, full, other, idle].map(({ socket }) => findSendQueue(socket))
    const [none, some, much, again] = await Promise.all(asked)
    expect([none, again]).toEqual([0, 0])
    expect(some).toBeGreaterThan(0)
    expect(much).toBeGreaterThan(0)
    expect([await findSendQueue(full.socket), await findSendQueue(other.socket)]).toEqual([
      some,
      much,
    ])
  })
})

test('a thousand calls during a reading of the table share the next one', async () => {
  using pair = await openPair('127.0.0.1')
  const start = countReads()
  await findSendQueue(pair.socket)
  const readsOfOne = countReads() - start
  const begun = findSendQueue(pair.socket)
  const asked = Array.from({ length: 1_000 }, async () => findSendQueue(pair.socket))
  expect(new Set(await Promise.all([begun, ...asked]))).toEqual(new Set([0]))
  // Far less than a reading each, though other tests make the table grow and shrink.
  expect(countReads() - start).toBeLessThan(100 * readsOfOne)
})

/** System calls of this process that read. */
function countReads(): number {
  const [, count] = /^syscr: (\d+)$/m.exec(readFileSync('/proc/self/io', 'latin1')) ?? []
  return Number(count)
}
