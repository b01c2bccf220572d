import { createServer } from 'node:http'
import Koa from 'koa'
import { expect, test } from 'vitest'
import { adminAccess, type AdminToken } from '../../src/http/admin/admin-access.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { post, readProblem } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'
import { TOKEN, POSTS, startWithToken } from './token-file.ts'
import { listenLocally } from '../support/local-server.ts'

test.for(POSTS)('%s needs the bearer once a token is set', async ([path, body]) => {
  await using service = await startWithToken()
  const url = service.adminUrl + path
  const wrong = [
    {},
    { Authorization: TOKEN },
    { Authorization: `Basic ${TOKEN}` },
    { Authorization: 'Bearer' },
    { Authorization: 'Bearer ' },
    { Authorization: `Bearer ${TOKEN.slice(0, -1)}` },
    { Authorization: `Bearer ${TOKEN}x` },
    { Authorization: `Bearer ${TOKEN} x` },
    { Authorization: `Bearer ${TOKEN.toUpperCase()}` },
    { Cookie: `Authorization=${TOKEN}` },
  ]
  for (const headers of wrong) {
    const response = await post(url, 'application/json', body, { ...headers })
    expect((await readProblem(response)).status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
  }
  const inUrl = await post(`${url}?access_token=${TOKEN}`, 'application/json', body)
  expect(inUrl.status).toBe(401)
  expect(service.snapshot().draining).toBe(false)
  for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
    const headers = { Authorization: `${scheme} ${TOKEN}` }
    expect((await post(url, 'application/json', body, headers)).status).toBe(202)
  }
})

test('read-only routes need no token', async () => {
  await using service = await startWithToken()
  for (const path of ['/snapshot', '/health/live', '/health/ready', '/health/stream-capacity']) {
    expect((await fetch(service.adminUrl + path)).status).toBe(200)
  }
})

test('a POST from a page is refused, even with the token', async () => {
  await using service = await startWithToken()
  await using open = await startTestService()
  for (const { adminUrl } of [service, open]) {
    for (const origin of ['http://evil.example', 'null', adminUrl, 'http://localhost']) {
      for (const [path, body] of POSTS) {
        const headers = { Origin: origin, Authorization: `Bearer ${TOKEN}` }
        const response = await post(adminUrl + path, 'text/plain', body, headers)
        expect((await readProblem(response)).status).toBe(403)
      }
    }
  }
  expect([service, open].map((running) => running.snapshot().draining)).toEqual([false, false])
})

test('a preflight allows no page', async () => {
  await using service = await startTestService({ 'cors-origins': 'https://app.example' })
  const response = await fetch(`${service.adminUrl}/drain`, {
    method: 'OPTIONS',
    headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' },
  })
  expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
})

test('GET on the routes that change something is refused', async () => {
  await using service = await startTestService()
  for (const [path] of POSTS) {
    const response = await fetch(service.adminUrl + path)
    expect((await readProblem(response)).status).toBe(405)
    expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  }
  expect(service.snapshot().draining).toBe(false)
})

test('without a token POSTs are accepted from loopback', async () => {
  await using service = await startTestService()
  for (const [path, body] of POSTS) {
    expect((await post(service.adminUrl + path, 'application/json', body)).status).toBe(202)
  }
})

/** A server that takes its clients to come from `address`. */
async function startGuarded(
  address: string,
  token: AdminToken,
): Promise<{ url: string } & AsyncDisposable> {
  const app = new Koa()
  app.silent = true
  app.use(async (ctx, next) => {
    Object.defineProperty(ctx.req.socket, 'remoteAddress', { value: address })
    try {
      await next()
    } catch (error) {
      ctx.status = error instanceof Error && 'status' in error ? Number(error.status) : 500
    }
  })
  app.use(adminAccess(() => Promise.resolve(token)))
  app.use((ctx) => {
    ctx.body = 'let in'
  })
  const handle = app.callback()
  const server = createServer((request, response) => void handle(request, response))
  return listenLocally(server)
}

test.for([
  ['127.0.0.1', 200],
  ['127.8.9.10', 200],
  ['::1', 200],
  ['::ffff:127.0.0.1', 200],
  ['192.0.2.7', 403],
  ['::ffff:192.0.2.7', 403],
  ['2001:db8::7', 403],
  ['0.0.0.0', 403],
] as const)(
  'without a token %s gets %d, with one a request that has it is accepted',
  async ([address, expected]) => {
    for (const state of ['unset', 'missing'] as const) {
      await using open = await startGuarded(address, { state })
      const forwarded = { 'X-Forwarded-For': '127.0.0.1', Forwarded: 'for=127.0.0.1' }
      expect((await post(open.url, 'text/plain', '', forwarded)).status).toBe(expected)
    }
    await using guarded = await startGuarded(address, { state: 'set', token: TOKEN })
    const headers = { Authorization: `Bearer ${TOKEN}` }
    expect((await post(guarded.url, 'text/plain', '', headers)).status).toBe(200)
    expect((await post(guarded.url, 'text/plain', '')).status).toBe(401)
  },
)

test('the public listener has none of the admin routes', async () => {
  await using service = await startTestService()
  await using stream = await EventStream.open(`${service.url}/stream/a`)
  for (const path of ['/snapshot', '/drain', '/shed', '/metrics']) {
    expect((await readProblem(await fetch(service.url + path))).status).toBe(404)
    const response = await post(service.url + path, 'application/json', '{"count":1}')
    expect((await readProblem(response)).status).toBe(404)
  }
  await stream.event('runnel.open')
})

test('the admin listener serves no events', async () => {
  await using service = await startTestService()
  for (const path of ['/stream/a', '/poll/a', '/publish/a', '/']) {
    expect((await readProblem(await fetch(service.adminUrl + path))).status).toBe(404)
  }
})
