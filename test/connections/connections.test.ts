/** Connections without a stream, poll or publish are bounded, too. */
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { spawnServe } from '../support/serve-process.ts'

const LIMITS = ['--max-streams=2', '--max-polls=1', '--max-publishes=1']
/** The limits above, and 256 more. */
const MOST = 260

const IDLE = formatRequest('/health/live', { headers: ['Connection: keep-alive'] })

async function openMost(url: string, bytes: string): Promise<RawConnection[]> {
  return Promise.all(
    Array.from({ length: MOST }, async () => {
      const connection = await RawConnection.open(url)
      connection.send(bytes)
      return connection
    }),
  )
}

async function closeAll(connections: readonly RawConnection[]): Promise<void> {
  await Promise.all(connections.map(async (each) => each[Symbol.asyncDispose]()))
}

test('one connection too many is closed at once, and is one log line', async () => {
  await using serve = await spawnServe(LIMITS)
  const connections = await openMost(serve.url, 'GET /health/live HTTP/1.1\r\n')
  for (let late = 0; late < 3; late++) {
    await using refused = await RawConnection.open(serve.url)
    expect(await refused.untilEnd()).toBe('')
  }
  connections[0]!.send('Host: localhost\r\n\r\n')
  await connections[0]!.until('{"status":"ok"}')

  await closeAll(connections)
  await eventually(async () => {
    expect((await fetch(`${serve.url}/health/live`)).status).toBe(200)
  })

  await (await fetch(`${serve.url}/stream/a`)).body?.cancel()
  await eventually(() => expect(serve.lines.map(({ msg }) => msg)).toContain('stream opened'))
  // Lines come in order, so that no other one is still on its way.
  const warned = serve.lines.filter(({ msg }) => String(msg).startsWith('connections closed'))
  expect(warned).toMatchObject([{ level: 'warn', count: 1 }])
})

test('idle connections make room for new ones', async () => {
  await using serve = await spawnServe(LIMITS)
  const connections = await openMost(serve.url, IDLE)
  await Promise.all(connections.map(async (each) => each.until('{"status":"ok"}')))
  await using refused = await RawConnection.open(serve.url)
  await refused.untilEnd()
  await eventually(async () => {
    expect((await fetch(`${serve.url}/health/live`)).status).toBe(200)
  })
  await closeAll(connections)
})

test('a service without free slots for streams and polls has connections to refuse them', async () => {
  await using serve = await spawnServe(LIMITS)
  const streams = [await RawConnection.open(serve.url), await RawConnection.open(serve.url)]
  for (const stream of streams) {
    stream.send(formatRequest('/stream/a'))
    await stream.until('runnel.open')
  }
  const refused = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const connection = await RawConnection.open(serve.url)
      connection.send(formatRequest('/stream/a'))
      return connection
    }),
  )
  for (const connection of refused) {
    expect(await connection.untilEnd()).toMatch(/^HTTP\/1\.1 200 [^]*runnel\.full/)
  }
  await closeAll([...streams, ...refused])
})
