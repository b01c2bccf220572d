/** All clients reconnect at once, and each has missed the same five hundred events. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { formatRequest } from '../support/clients/raw-response.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { publishLines } from '../support/clients/requests.ts'
import { spawnServe } from '../support/serve-process.ts'

const CLIENTS = 5_000
const BACKLOG = 500
const LAST = 'the last of the backlog'

/** Resumes a stream, and resolves to the number of events when the last one has come. */
async function resume(url: string, cursor: string): Promise<number> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  await once(socket, 'connect')
  socket.write(formatRequest(`/stream/orders?lastEventId=${cursor}`))
  let events = 0
  let rest = ''
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop()!
    for (const line of lines) if (line.startsWith('data: event')) events++
    if (lines.some((line) => line.includes(LAST))) break
  }
  socket.destroy()
  return events
}

/** The number of calls of a command that the server has counted. */
async function calls(server: RedisServer, command: string): Promise<number> {
  const stats = await server.client.info('commandstats')
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}

test(`${CLIENTS} clients resume at once, and the log is read for all of them together`, async () => {
  await using server = await RedisServer.start()
  await using serve = await spawnServe([`--redis-url=${server.url}`, '--log-level=info'])
  const text = 'x'.repeat(190)
  const [cursor] = await publishLines(serve.url, 'orders', [{ data: 'before' }])
  for (let batch = 0; batch < 2; batch++) {
    const events = Array.from({ length: BACKLOG / 2 }, (_, index) => ({
      data: batch === 1 && index === BACKLOG / 2 - 1 ? `event ${LAST}` : `event ${text}`,
    }))
    await publishLines(serve.url, 'orders', events)
  }
  const before = await calls(server, 'xrange')

  const beganAt = performance.now()
  const counts = await Promise.all(
    Array.from({ length: CLIENTS }, async () => resume(serve.url, cursor!)),
  )
  const seconds = ((performance.now() - beganAt) / 1_000).toFixed(1)

  const reads = (await calls(server, 'xrange')) - before
  console.log(JSON.stringify({ clients: CLIENTS, backlog: BACKLOG, seconds, reads }))
  expect(new Set(counts)).toEqual(new Set([BACKLOG]))
  // A script reads the backlog in pages of growing size; a read for each client would be thousands.
  expect(reads).toBeLessThan(30)
})
