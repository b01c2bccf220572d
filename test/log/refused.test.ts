/** A service whose Redis refuses commands: log lines and answers distinguish this from a Redis that is away. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import type { problemDocument } from '../../src/schema/problem.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { post, publishText, readProblem } from '../support/clients/requests.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

const USER = 'user app on >sesame ~* &* +@all'

let server: RedisServer
let serve: ServeProcess

beforeEach(async () => {
  server = await RedisServer.start({ lines: [USER] })
  serve = await spawnServe([`--redis-url=${server.url.replace('//', '//app:sesame@')}`])
})

afterEach(async () => {
  await serve[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

/** Log lines about the log, as `<level> <code>: <message>`. */
function told(): string[] {
  const lines = serve.lines.filter(({ msg }) => String(msg).startsWith('the log '))
  return lines.map(({ level, code, msg }) => `${String(level)} ${String(code)}: ${String(msg)}`)
}

/** Waits for exactly these lines: standard output comes apart from answers. */
async function untilReported(expected: readonly string[]): Promise<void> {
  await eventually(() => {
    expect(told()).toEqual(expected)
  })
}

/** The answer to a publish that the log refuses. It may contain no secret. */
async function refusal(
  channel: string,
): Promise<{ log: z.infer<typeof problemDocument>['log']; detail: string; retryAfter: number }> {
  const response = await post(`${serve.url}/publish/${channel}`, 'text/plain', 'text')
  const { status, detail, log } = await readProblem(response)
  expect(status).toBe(503)
  expect(JSON.stringify({ detail, log })).not.toMatch(
    new RegExp(`sesame|app|127\\.0\\.0\\.1|${server.port}|user_script`),
  )
  return { log, detail, retryAfter: Number(response.headers.get('retry-after')) }
}

async function logOf(): Promise<Record<string, unknown>> {
  const response = await fetch(`${serve.adminUrl}/snapshot`)
  const { log } = (await response.json()) as { log: Record<string, unknown> }
  return log
}

async function publishUntilAccepted(channel: string): Promise<void> {
  await eventually(async () => publishText(serve.url, channel, 'text'))
}

test('after a change of the password the log is refused, not away, until the password is right again', async () => {
  await using staying = await EventStream.open(`${serve.url}/stream/orders`)
  await staying.event('runnel.open')
  await server.client.call('ACL', 'SETUSER', 'app', 'resetpass', '>another')
  await server.client.call('CLIENT', 'KILL', 'USER', 'app')
  await eventually(async () => {
    expect(await logOf()).toMatchObject({ reachable: false, state: 'refused' })
  })
  const { log, detail, retryAfter } = await refusal('orders')
  expect(log).toMatchObject({ state: 'refused', code: 'wrong-password' })
  expect(detail).toMatch(/the log refuses.*RUNNEL_REDIS_URL/)
  expect(retryAfter).toBeGreaterThanOrEqual(30)
  expect(await logOf()).toMatchObject({
    troubles: [
      {
        scope: 'log',
        state: 'refused',
        code: 'wrong-password',
        detail: expect.stringContaining('WRONGPASS'),
        mend: log?.mend,
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        count: expect.any(Number),
      },
    ],
  })
  await using refused = await EventStream.open(`${serve.url}/stream/orders`)
  expect(JSON.parse((await refused.event('runnel.full')).data)).toMatchObject({ reason: 'log' })

  await server.client.call('ACL', 'SETUSER', 'app', '>sesame')
  await publishUntilAccepted('orders')
  await staying.take(1)
  await untilReported([
    'warn wrong-password: the log refuses all',
    'info wrong-password: the log is back',
  ])
  expect(await logOf()).toMatchObject({ reachable: true, state: 'ok', troubles: [] })
  expect(serve.errors).toEqual([])
})

test('a password that only new connections need is reported, and open connections go on', async () => {
  await using staying = await EventStream.open(`${serve.url}/stream/orders`)
  await staying.event('runnel.open')
  await server.client.call('ACL', 'SETUSER', 'app', 'resetpass', '>another')
  await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await untilReported(['warn wrong-password: the log refuses what it is asked'])
  await publishText(serve.url, 'orders', 'text')
  expect(await logOf()).toMatchObject({ reachable: true, state: 'refused' })
  const headers = { Prefer: 'status' }
  const response = await fetch(`${serve.url}/stream/another`, { headers })
  expect(await readProblem(response)).toMatchObject({ log: { code: 'wrong-password' } })

  await server.client.call('ACL', 'SETUSER', 'app', '>sesame')
  await staying.take(1)
  await eventually(() => {
    expect(told().slice(1)).toEqual(['info wrong-password: the log accepts again what it refused'])
  })
})

test('a missing right is named, with the commands it blocks, until it is given back', async () => {
  await server.client.call('ACL', 'SETUSER', 'app', '-hmget')
  const first = await refusal('orders')
  expect(first.log).toMatchObject({ state: 'refused', code: 'missing-right' })
  expect(first.retryAfter).toBeGreaterThanOrEqual(30)
  for (let round = 0; round < 20; round++) await refusal(`orders${round}`)
  await eventually(async () => {
    expect(await logOf()).toMatchObject({
      reachable: true,
      state: 'refused',
      troubles: [{ scope: 'requests', code: 'missing-right', mend: 'give the Redis user +hmget' }],
    })
  })
  await server.client.call('ACL', 'SETUSER', 'app', '+hmget')
  await eventually(async () => {
    await publishText(serve.url, 'orders', 'text')
    await untilReported([
      'warn missing-right: the log refuses what it is asked',
      'info missing-right: the log accepts again what it refused',
    ])
  })
  expect(await logOf()).toMatchObject({ state: 'ok', troubles: [] })
})

test.for(['meta', 'events'])(
  'a channel whose %s another program wrote is named with its key, and other channels go on',
  async (part) => {
    const key = `runnel:{broken}:${part}`
    await publishText(serve.url, 'broken', 'text')
    await server.client.set(key, 'foreign')
    const { log, retryAfter } = await refusal('broken')
    expect(log).toMatchObject({ state: 'refused', code: 'foreign-data' })
    expect(log?.mend).toMatch(/delete the key/)
    expect(retryAfter).toBeGreaterThanOrEqual(30)
    const polled = await fetch(`${serve.url}/poll/broken?from=earliest`)
    expect(await readProblem(polled)).toMatchObject({ log: { code: 'foreign-data' } })
    await using refused = await EventStream.open(`${serve.url}/stream/broken`)
    expect(JSON.parse((await refused.event('runnel.full')).data)).toMatchObject({ reason: 'log' })

    await publishText(serve.url, 'whole', 'text')
    expect(await logOf()).toMatchObject({
      reachable: true,
      state: 'ok',
      troubles: [{ scope: 'channel', channel: 'broken', key, code: 'foreign-data' }],
    })
    const line = { level: 'warn', channel: 'broken', key, mend: log?.mend, code: 'foreign-data' }
    await eventually(() => expect(serve.lines).toContainEqual(expect.objectContaining(line)))

    await server.client.del(key)
    await eventually(async () => {
      await publishText(serve.url, 'broken', 'text')
      await publishText(serve.url, 'broken', 'text')
      await fetch(`${serve.url}/poll/broken?from=earliest`)
      expect(await logOf()).toMatchObject({ troubles: [] })
    })
    await untilReported([
      'warn foreign-data: the log refuses a channel',
      'info foreign-data: the log accepts the channel again',
    ])
  },
)

test('a server that is demoted under publishes is one log line, and one more when it is promoted', async () => {
  await using primary = await RedisServer.start()
  const over = new AbortController()
  const publishers = Array.from({ length: 20 }, async () => {
    while (!over.signal.aborted) {
      await (await post(`${serve.url}/publish/orders`, 'text/plain', 'text')).text()
    }
  })
  await server.client.call('REPLICAOF', '127.0.0.1', primary.port)
  await eventually(async () => {
    expect(await logOf()).toMatchObject({ state: 'refused', troubles: [{ code: 'replica' }] })
  })
  // Every new connection is answered READONLY meanwhile.
  const connections = Number(await server.info('total_connections_received'))
  await eventually(async () => {
    const now = Number(await server.info('total_connections_received'))
    expect(now).toBeGreaterThan(connections + 2)
  })
  await server.client.call('REPLICAOF', 'NO', 'ONE')
  await eventually(async () => {
    expect(await logOf()).toMatchObject({ state: 'ok' })
  })
  over.abort()
  await Promise.all(publishers)
  await untilReported(['warn replica: the log refuses all', 'info replica: the log is back'])
  expect(serve.errors).toEqual([])
})

test('an outage is one log line, whatever its causes, and one when it is over', async () => {
  const seen = new Set<unknown>()
  const seeCause = async () => {
    const { troubles } = (await logOf()) as { troubles: { code: string; detail: string }[] }
    for (const { detail } of troubles) seen.add(detail)
  }
  server.freeze()
  await eventually(async () => {
    await seeCause()
    expect(seen.size).toBeGreaterThan(1)
  })
  await server.kill()
  await eventually(async () => {
    await seeCause()
    expect([...seen]).toContainEqual(expect.stringContaining('ECONNREFUSED'))
  })
  const { log, retryAfter } = await refusal('orders')
  expect(log).toMatchObject({ state: 'away', code: 'unreachable' })
  expect(retryAfter).toBeLessThan(30)
  await server.restart()
  await publishUntilAccepted('orders')
  await untilReported([
    expect.stringMatching(/^warn \S+: the log is away$/),
    expect.stringMatching(/^info \S+: the log is back$/),
  ])
  expect(serve.lines.find(({ msg }) => msg === 'the log is back')).toMatchObject({
    seconds: expect.any(Number),
    count: expect.any(Number),
  })
})
