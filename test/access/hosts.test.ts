import { expect, test } from 'vitest'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { startTestService } from '../support/service.ts'

const KNOWN = [
  'localhost',
  'localhost:8080',
  'LocalHost:1',
  '127.0.0.1',
  '127.0.0.1:8080',
  '[::1]',
  '[::1]:8080',
]

const UNKNOWN = [
  'evil.example',
  'evil.example:8080',
  'localhost.evil.example',
  'evil.example.localhost',
  '127.0.0.1.evil.example',
  '127.0.0.2',
  '127.1',
  '0.0.0.0',
  '2130706433',
  '192.0.2.7',
  '[::]',
  '[::ffff:127.0.0.1]',
  '::1',
  'localhost@evil.example',
  'localhost:8080@evil.example',
  'localhost:abc',
  'localhost,evil.example',
  'a b',
  '%',
]

const TARGETS = ['/stream/a', '/poll/a', '/health/live', '/health/stream-capacity', '/nowhere']

test.for(KNOWN)('on loopback the name %s is known', async (host) => {
  await using service = await startTestService()
  for (const url of [service.url, service.adminUrl]) {
    const request = formatRequest('/health/live', { headers: [`Host: ${host}`] })
    expect((await exchange(url, request)).status).toBe(200)
  }
})

test.for(UNKNOWN)('on loopback the name %s is misdirected, on both listeners', async (host) => {
  await using service = await startTestService()
  const requests = [
    ...TARGETS.map((target) => formatRequest(target, { headers: [`Host: ${host}`] })),
    formatRequest('/publish/a', {
      method: 'POST',
      headers: [`Host: ${host}`, 'Content-Type: text/plain', 'Content-Length: 1'],
      body: 'a',
    }),
    formatRequest('/drain', { method: 'POST', headers: [`Host: ${host}`, 'Content-Length: 0'] }),
  ]
  for (const request of requests) {
    for (const url of [service.url, service.adminUrl]) {
      const { status, head, body } = await exchange(url, request)
      expect([request, status, body]).toEqual([
        expect.anything(),
        421,
        expect.stringContaining('RUNNEL_HOSTS'),
      ])
      expect(head).toContain('application/problem+json')
    }
  }
  expect(service.snapshot()).toMatchObject({ draining: false, subscribers: 0 })
})

test('a name in HOSTS is known, with any port, in any case', async () => {
  await using service = await startTestService({ hosts: 'events.example,[2001:db8::1]' })
  for (const host of ['events.example', 'Events.Example:443', '[2001:db8::1]:8080']) {
    const request = formatRequest('/health/live', { headers: [`Host: ${host}`] })
    expect((await exchange(service.url, request)).status).toBe(200)
  }
  for (const host of ['a.events.example', 'events.example.evil']) {
    const request = formatRequest('/health/live', { headers: [`Host: ${host}`] })
    expect((await exchange(service.url, request)).status).toBe(421)
  }
})

test.for([
  ['[::1]:0', '[::1]'],
  ['[0:0:0:0:0:0:0:1]:0', '[::1]'],
  ['[::ffff:127.0.0.1]:0', '127.0.0.1'],
  ['[::ffff:7f09:909]:0', '127.9.9.9'],
] as const)(
  '%s is a loopback address: it is told as %s, access is open, and names are checked',
  async ([listen, told]) => {
    await using service = await startTestService({ listen, 'admin-listen': listen })
    for (const url of [service.url, service.adminUrl]) {
      expect(new URL(url).hostname).toBe(told)
      for (const [host, status] of [
        ['localhost', 200],
        ['evil.example', 421],
      ] as const) {
        const request = formatRequest('/health/live', { headers: [`Host: ${host}`] })
        expect((await exchange(url, request)).status).toBe(status)
      }
    }
  },
)

test('a forwarded host name does not count', async () => {
  await using service = await startTestService({ 'trusted-hops': '1' })
  const headers = ['Host: evil.example', 'X-Forwarded-Host: localhost', 'Forwarded: host=localhost']
  const request = formatRequest('/health/live', { headers })
  expect((await exchange(service.url, request)).status).toBe(421)
})

test('a request of HTTP/1.0, which no browser sends, needs no host', async () => {
  await using service = await startTestService()
  const request = 'GET /health/live HTTP/1.0\r\n\r\n'
  expect((await exchange(service.url, request)).status).toBe(200)
})

test('on other addresses the service starts only with a choice of access, and then accepts any name', async () => {
  await expect(startTestService({ listen: '0.0.0.0:0' })).rejects.toThrow(/RUNNEL_AUTH/)
  await using service = await startTestService({ listen: '0.0.0.0:0', auth: 'none' })
  const url = service.url.replace('0.0.0.0', '127.0.0.1')
  for (const host of ['events.example', 'a b', '%', '']) {
    for (const target of ['/health/live', '/poll/a?last=1']) {
      const request = formatRequest(target, { headers: [`Host: ${host}`] })
      expect((await exchange(url, request)).status).toBe(200)
    }
  }
})
