/** Secrets that clients and operators hand over by every door, and all that leaves a process but the events. */
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { post, publishCount, readProblem } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

const FAIL_READS = new URL('fail-reads.ts', import.meta.url).href
const SECRET = 'S3cr3t'
const BASIC = Buffer.from(`app:${SECRET}`).toString('base64')
const QUERY = `access_token=${SECRET}-query&password=${SECRET}-query`
const HEADERS = {
  Authorization: `Bearer ${SECRET}-bearer`,
  Cookie: `session=${SECRET}-cookie`,
  'Proxy-Authorization': `Basic ${BASIC}`,
  'X-Api-Key': `${SECRET}-key`,
  'User-Agent': `${SECRET}-agent`,
  Referer: `https://page.example/?token=${SECRET}-referer`,
  tracestate: 'vendor=state',
  baggage: `user=${SECRET}-baggage`,
}
const BODY = { data: `${SECRET}-data`, event: `${SECRET}-name` }
const TARGETS = ['/', '/stream', '/poll', '/publish', '/health/ready', '/openapi.json'] as const

/** Asks for everything with secrets, rightly and wrongly. */
async function sendSecrets({ url, adminUrl }: ServeProcess): Promise<void> {
  {
    await using stream = await EventStream.open(`${url}/stream/orders?${QUERY}`, HEADERS)
    await stream.event('runnel.open')
    await post(`${url}/publish/orders`, 'application/json', JSON.stringify(BODY), {
      ...HEADERS,
      'Idempotency-Key': `${SECRET}-idempotency`,
      'Runnel-Trace': '1',
    })
    await stream.take(1)
  }
  await post(`${url}/publish/orders?${QUERY}`, 'application/json', JSON.stringify(BODY), HEADERS)
  await post(`${url}/publish/orders`, 'application/json', `{"${SECRET}":`, HEADERS)
  await post(`${url}/publish/orders`, `text/${SECRET}`, 'x', HEADERS)
  await fetch(`${url}/poll/orders?from=earliest&${QUERY}`, { headers: HEADERS })
  await fetch(`${url}/stream/orders?from=${SECRET}&${QUERY}`, { headers: HEADERS })
  await fetch(`${url}/stream/orders?lastEventId=${SECRET}&${QUERY}`, {
    headers: { ...HEADERS, Prefer: 'status' },
    signal: AbortSignal.timeout(1_000),
  }).then(async ({ body }) => body?.cancel())
  for (const base of [url, adminUrl]) {
    for (const target of TARGETS) {
      await fetch(`${base}${target}?${QUERY}`, { method: 'DELETE', headers: HEADERS })
    }
    const lines = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}`)
    await exchange(base, formatRequest(`/${SECRET}-path?${QUERY}`, { headers: lines }))
    await using broken = await RawConnection.open(base)
    broken.send(`GET /stream/orders?${QUERY} HTTP/9.9\r\nAuthorization: Bearer ${SECRET}\r\n\r\n`)
    await broken.untilEnd()
  }
  await post(`${adminUrl}/shed?${QUERY}`, 'application/json', `{"count":"${SECRET}"}`, HEADERS)
}

test('no span, log line or metric holds what clients and operators keep secret', async () => {
  await using receiver = await OtlpReceiver.start()
  await using redis = await RedisServer.start({
    directives: { requirepass: `${SECRET}-redis` },
  })
  const redisUrl = redis.url.replace('//', `//:${SECRET}-redis@`)
  const env = {
    ...receiver.env,
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${SECRET}-collector`,
    RUNNEL_REDIS_URL: redisUrl,
  }
  await using serve = await spawnServe(['--log-level=debug', '--trace-connect-rate=1000'], { env })
  await sendSecrets(serve)
  // The command that fails is traced with its error, and so is the log's absence.
  await redis.client.config('SET', 'requirepass', `${SECRET}-other`)
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await eventually(async () => {
    const failed = await post(`${serve.url}/publish/orders`, 'text/plain', 'x', HEADERS)
    expect(failed.status).toBe(503)
    expect(JSON.stringify(serve.lines)).toContain('wrong-password')
  })
  const metrics = await (await fetch(`${serve.adminUrl}/metrics`)).text()
  const pushes = () => receiver.exports.filter(({ path }) => path === '/v1/metrics').length
  const pushed = pushes()
  await eventually(() => expect(pushes()).toBeGreaterThan(pushed))
  serve.child.kill('SIGTERM')
  expect(await serve.exited).toBe(0)

  // These were there to hold them.
  for (const name of [
    'GET /stream',
    'close stream',
    'POST /publish/:channel',
    'publish',
    'EVALSHA',
  ]) {
    expect(receiver.named(name)).not.toEqual([])
  }
  expect(receiver.spans.filter(({ status }) => status === 'error')).not.toEqual([])
  expectNoSecret(serve, receiver, metrics)
})

test('no span, log line or metric holds the secrets in the text of an error', async () => {
  await using receiver = await OtlpReceiver.start()
  await using serve = await spawnServe(['--log-level=debug'], {
    nodeFlags: ['--import', FAIL_READS],
    env: receiver.env,
  })
  const [first] = await publishCount(serve.url, 'broken', 5)
  const failed = await fetch(`${serve.url}/poll/broken?lastEventId=${first}`)
  expect((await readProblem(failed)).status).toBe(500)
  await using stream = await EventStream.open(`${serve.url}/stream/broken?lastEventId=${first}`)
  await stream.ended()
  const [span] = (await receiver.take('GET /stream')).filter(({ status }) => status === 'error')
  expect(span?.attributes['error.type']).toBe('TypeError')

  const lines = serve.lines.filter(({ err }) => err !== undefined)
  expect(lines.map(({ msg }) => msg).toSorted(byText)).toEqual(['request failed', 'stream closed'])
  expect(JSON.stringify(lines)).toContain('redis://app:[redacted]@127.0.0.1')
  expectNoSecret(serve, receiver, await (await fetch(`${serve.adminUrl}/metrics`)).text())
})

function byText(one: unknown, other: unknown): number {
  return String(one) < String(other) ? -1 : 1
}

function expectNoSecret(
  { lines, errors }: ServeProcess,
  { text: exported }: OtlpReceiver,
  metrics: string,
): void {
  const written = [...lines.map((line) => JSON.stringify(line)), ...errors].join('\n')
  for (const [place, text] of Object.entries({ exported, written, metrics })) {
    for (const secret of [SECRET, SECRET.toLowerCase(), BASIC]) {
      const at = text.indexOf(secret)
      const found = at === -1 ? '' : text.slice(Math.max(0, at - 100), at + 100)
      expect({ place, found }).toEqual({ place, found: '' })
    }
  }
}
