import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { FaultProxy } from './fault-proxy.ts'
import { RawConnection } from '../clients/raw-connection.ts'

test('what passes arrives in order, both ways, and is counted', async () => {
  await using scene = await startScene()
  const body = 'x'.repeat(300_000)

  scene.client.send(`${body}end`)
  await scene.client.until('end')

  expect(scene.client.text).toBe(`${body}end`)
  expect(scene.proxy.bytes).toEqual({ requests: 300_003, replies: 300_003 })
  expect(scene.proxy.connections).toBe(1)
})

test('latency holds back what passes one way, and keeps its order', async () => {
  await using scene = await startScene()
  scene.proxy.faults.latency = { requests: 0, replies: 300 }
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index}\n`)

  const begun = performance.now()
  for (const line of lines) {
    scene.client.send(line)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await eventually(() => expect(scene.proxy.bytes.requests).toBe(lines.join('').length))
  await scene.client.until('line 199\n')

  expect(scene.client.text).toBe(lines.join(''))
  expect(performance.now() - begun).toBeGreaterThanOrEqual(300)
})

test('slices are pieces of so many bytes', async () => {
  await using scene = await startScene()
  scene.proxy.faults.slice = 3

  scene.client.send('0123456789')
  await scene.client.until('0123456789')

  expect(scene.received).toEqual(['012', '345', '678', '9'])
})

test('a frozen proxy keeps connections and passes nothing, not even an end, until it thaws', async () => {
  await using scene = await startScene()
  scene.client.send('before')
  await scene.client.until('before')

  scene.proxy.faults.isFrozen = true
  scene.client.send(' meanwhile')
  for (const socket of scene.accepted) socket.end()
  await using late = await RawConnection.open(scene.proxy.url)
  late.send('late')
  await eventually(() => expect(scene.accepted).toHaveLength(2))
  let isEnded = false
  const end = scene.client.untilEnd().finally(() => {
    isEnded = true
  })
  // Nothing tells that nothing happens.
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(scene.received.join('')).toBe('before')
  expect({ isEnded, late: late.text }).toEqual({ isEnded: false, late: '' })

  scene.proxy.faults.isFrozen = false
  expect(await end).toBe('before')
  expect(await late.until('late')).toBe('late')
})

test('connections are cut, and new ones pass', async () => {
  await using scene = await startScene()
  scene.client.send('before')
  await scene.client.until('before')

  scene.proxy.cut()

  await scene.client.untilEnd()
  await using next = await RawConnection.open(scene.proxy.url)
  next.send('after')
  expect(await next.until('after')).toBe('after')
})

test('new connections are refused, and those that are there stay', async () => {
  await using scene = await startScene()
  scene.client.send('before')
  await scene.client.until('before')
  scene.proxy.faults.isRefusing = true

  await using next = await RawConnection.open(scene.proxy.url)
  expect(await next.untilEnd()).toBe('')
  scene.client.send(' after')

  expect(await scene.client.until('before after')).toBe('before after')
  expect(scene.proxy.connections).toBe(2)
})

test('a reply that is lost was given, and its connection is cut', async () => {
  await using scene = await startScene()
  scene.proxy.faults.repliesToLose = 1

  scene.client.send('work')

  expect(await scene.client.untilEnd()).toBe('')
  expect(scene.received).toEqual(['work'])
  expect(scene.proxy.faults.repliesToLose).toBe(0)
})

test('all that a server sends before it closes arrives, late and at a slow reader as well', async () => {
  const body = 'x'.repeat(2_000_000)
  await using server = await startServer((socket) => socket.end(`${body}end`))
  await using proxy = await FaultProxy.start(server.url)
  proxy.faults.latency = 50
  await using client = await RawConnection.open(proxy.url)
  client.pause()
  await eventually(() => expect(proxy.pieces).toBeGreaterThan(0))

  client.resume()

  expect((await client.untilEnd()).length).toBe(body.length + 3)
})

test('a client that has said all it wants still gets its answer, however late', async () => {
  await using scene = await startScene()
  scene.proxy.faults.latency = { requests: 0, replies: 100 }
  const { hostname, port } = new URL(scene.proxy.url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })

  socket.end('work')

  expect(await text(socket)).toBe('work')
})

test('where nothing listens, connections are closed, until there is another target', async () => {
  await using scene = await startScene()
  const { target } = scene.proxy.faults
  scene.proxy.faults.target = { host: '127.0.0.1', port: 1 }
  await using lost = await RawConnection.open(scene.proxy.url)
  await lost.untilEnd()

  scene.proxy.faults.target = target
  await using found = await RawConnection.open(scene.proxy.url)
  found.send('here')

  expect(await found.until('here')).toBe('here')
})

interface Scene extends AsyncDisposable {
  readonly proxy: FaultProxy
  readonly client: RawConnection
  /** What came to the server, piece by piece. */
  readonly received: readonly string[]
  /** The server's ends of all connections. */
  readonly accepted: readonly Socket[]
}

/** A client, a proxy, and a server that sends back what it gets. */
async function startScene(): Promise<Scene> {
  const received: string[] = []
  const accepted: Socket[] = []
  const server = await startServer((socket) => {
    accepted.push(socket)
    socket.on('data', (piece: Buffer) => {
      received.push(piece.toString())
      if (socket.writable) socket.write(piece)
    })
    socket.on('end', () => socket.end())
  })
  const proxy = await FaultProxy.start(server.url)
  const client = await RawConnection.open(proxy.url)
  return {
    proxy,
    client,
    received,
    accepted,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function startServer(
  accept: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    accept(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `tcp://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}
