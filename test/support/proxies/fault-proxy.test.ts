import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { FaultProxy } from './fault-proxy.ts'
import { RawConnection } from '../clients/raw-connection.ts'

test('bytes arrive in order, both ways, and are counted', async () => {
  await using echo = await startProxiedEcho()
  const body = 'x'.repeat(300_000)

  echo.client.send(`${body}end`)
  await echo.client.until('end')

  expect(echo.client.text).toBe(`${body}end`)
  expect(echo.proxy.bytes).toEqual({ requests: 300_003, replies: 300_003 })
  expect(echo.proxy.connections).toBe(1)
})

test('latency delays bytes of one direction, and keeps their order', async () => {
  await using echo = await startProxiedEcho()
  echo.proxy.faults.latency = { requests: 0, replies: 300 }
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index}\n`)

  const begun = performance.now()
  for (const line of lines) {
    echo.client.send(line)
    await nextTurn()
  }
  await eventually(() => expect(echo.proxy.bytes.requests).toBe(lines.join('').length))
  await echo.client.until('line 199\n')

  expect(echo.client.text).toBe(lines.join(''))
  expect(performance.now() - begun).toBeGreaterThanOrEqual(300)
})

test('bytes pass in pieces of the slice size', async () => {
  await using echo = await startProxiedEcho()
  echo.proxy.faults.slice = 3

  echo.client.send('0123456789')
  await echo.client.until('0123456789')

  expect(echo.received).toEqual(['012', '345', '678', '9'])
})

test('a frozen proxy keeps connections, and passes no byte and no end until it thaws', async () => {
  await using echo = await startProxiedEcho()
  echo.client.send('before')
  await echo.client.until('before')

  echo.proxy.faults.isFrozen = true
  echo.client.send(' meanwhile')
  for (const socket of echo.accepted) socket.end()
  await using late = await RawConnection.open(echo.proxy.url)
  late.send('late')
  await eventually(() => expect(echo.accepted).toHaveLength(2))
  let isEnded = false
  const end = echo.client.untilEnd().finally(() => {
    isEnded = true
  })
  // Bytes that are sent later pass another proxy meanwhile.
  await using other = await startProxiedEcho()
  for (let count = 1; count <= 100; count++) {
    other.client.send(`<${count}>`)
    await other.client.until(`<${count}>`)
  }
  expect(echo.received.join('')).toBe('before')
  expect({ isEnded, late: late.text }).toEqual({ isEnded: false, late: '' })

  echo.proxy.faults.isFrozen = false
  expect(await end).toBe('before')
  expect(await late.until('late')).toBe('late')
})

test('connections are cut, and new ones pass', async () => {
  await using echo = await startProxiedEcho()
  echo.client.send('before')
  await echo.client.until('before')

  echo.proxy.cut()

  await echo.client.untilEnd()
  await using next = await RawConnection.open(echo.proxy.url)
  next.send('after')
  expect(await next.until('after')).toBe('after')
})

test('new connections are refused, and existing ones stay', async () => {
  await using echo = await startProxiedEcho()
  echo.client.send('before')
  await echo.client.until('before')
  echo.proxy.faults.isRefusing = true

  await using next = await RawConnection.open(echo.proxy.url)
  expect(await next.untilEnd()).toBe('')
  echo.client.send(' after')

  expect(await echo.client.until('before after')).toBe('before after')
  expect(echo.proxy.connections).toBe(2)
})

test('a reply is dropped after the server sent it, and its connection is cut', async () => {
  await using echo = await startProxiedEcho()
  echo.proxy.faults.repliesToLose = 1

  echo.client.send('work')

  expect(await echo.client.untilEnd()).toBe('')
  expect(echo.received).toEqual(['work'])
  expect(echo.proxy.faults.repliesToLose).toBe(0)
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

test('a client that has ended its side still gets its answer, however late', async () => {
  await using echo = await startProxiedEcho()
  echo.proxy.faults.latency = { requests: 0, replies: 100 }
  const { hostname, port } = new URL(echo.proxy.url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })

  socket.end('work')

  expect(await text(socket)).toBe('work')
})

test('connections are closed while the target does not listen', async () => {
  await using echo = await startProxiedEcho()
  const { target } = echo.proxy.faults
  echo.proxy.faults.target = { host: '127.0.0.1', port: 1 }
  await using lost = await RawConnection.open(echo.proxy.url)
  await lost.untilEnd()

  echo.proxy.faults.target = target
  await using found = await RawConnection.open(echo.proxy.url)
  found.send('here')

  expect(await found.until('here')).toBe('here')
})

interface ProxiedEcho extends AsyncDisposable {
  readonly proxy: FaultProxy
  readonly client: RawConnection
  /** The pieces that the server received. */
  readonly received: readonly string[]
  /** The server's ends of all connections. */
  readonly accepted: readonly Socket[]
}

/** A client, a proxy, and a server that sends back what it gets. */
async function startProxiedEcho(): Promise<ProxiedEcho> {
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
