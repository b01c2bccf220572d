import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange, formatRequest, type RawResponse } from '../support/clients/raw-response.ts'
import { poll } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService({
    'cors-origins': 'https://app.example,http://localhost:5173,capacitor://localhost',
  })
})

afterAll(() => service[Symbol.asyncDispose]())

/** A publish that a page can send without a preflight. */
async function publishFrom(origin: string, host: string): Promise<RawResponse> {
  const headers = [
    `Origin: ${origin}`,
    `Host: ${host}`,
    'Content-Type: text/plain',
    'Content-Length: 1',
  ]
  const request = formatRequest('/publish/a', { method: 'POST', headers, body: 'a' })
  return exchange(service.url, request)
}

test.for([
  'https://evil.example',
  'http://app.example',
  'https://app.example:8443',
  'https://app.example.evil.example',
  'https://sub.app.example',
  'https://app.example/',
  'https://app.example, https://evil.example',
  'http://localhost',
  'http://localhost:8081',
  'http://127.0.0.1:8080',
  'http://localhost.evil.example:8080',
  'http://localhost:443',
  'https://localhost:80',
  'https://app.example:80',
  // The hosts of apps are names of their own.
  'tauri://localhost:8080',
  'app://localhost:8080',
  'undefined://localhost:8080',
  'null',
  '*',
  'file://',
  'x',
])('a publish of a foreign page is refused: %s', async (origin) => {
  const before = await poll(service.url, '/poll/a')
  const { status, body } = await publishFrom(origin, 'localhost:8080')
  expect([status, body]).toEqual([403, expect.stringContaining('RUNNEL_CORS_ORIGINS')])
  expect((await poll(service.url, '/poll/a')).cursor).toBe(before.cursor)
})

test.for([
  ['https://localhost:80', 'localhost'],
  ['http://localhost:443', 'localhost:80'],
  ['https://localhost:8080', 'localhost:80'],
  ['http://localhost:80', 'localhost:8080'],
  ['https://localhost', 'localhost:8443'],
  ['http://localhost', 'localhost:4430'],
  ['capacitor://localhost:80', 'localhost:80'],
] as const)('a publish of %s is refused at %s', async ([origin, host]) => {
  expect((await publishFrom(origin, host)).status).toBe(403)
})

test.for([
  ['https://app.example', 'localhost'],
  ['http://localhost:5173', 'localhost:8080'],
  ['http://localhost:8080', 'localhost:8080'],
  ['http://localhost:8080', 'LOCALHOST:8080'],
  ['http://127.0.0.1', '127.0.0.1'],
  ['https://localhost', 'localhost'],
  ['http://[::1]:8080', '[::1]:8080'],
  ['capacitor://localhost', 'localhost:8080'],
  // A port that is the scheme's default may be left out on either side.
  ['https://app.example:443', 'localhost:8080'],
  ['https://localhost', 'localhost:443'],
  ['https://localhost:443', 'localhost'],
  ['http://localhost', 'LOCALHOST:80'],
  ['http://localhost:80', 'localhost'],
  ['http://[::1]', '[::1]:80'],
  // TLS ends at a proxy, which names a port of its own, or that of the browser.
  ['https://localhost', 'localhost:80'],
  ['https://localhost:443', 'LOCALHOST:80'],
  ['http://localhost', 'localhost:443'],
  ['https://[::1]', '[::1]:80'],
  // The default port of the other scheme is a port like any other.
  ['https://localhost:80', 'localhost:80'],
  ['http://localhost:443', 'localhost:443'],
] as const)('a publish of %s is accepted at %s', async ([origin, host]) => {
  expect((await publishFrom(origin, host)).status).toBe(200)
})
