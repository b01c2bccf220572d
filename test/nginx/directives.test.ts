/** What the directives of `nginx/` do, besides passing streams on. */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { Nginx } from '../../rig/servers/nginx.ts'
import { readSite } from '../../rig/servers/nginx-site.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { post } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startSite } from './nginx-proxy.ts'
import { startBreakingServer, startCountingServer } from './upstream-servers.ts'

test.for(['', 'gzip_types *;'])(
  'streams are not compressed, whatever http says: %s',
  async (types) => {
    await using service = await spawnServe()
    const { host } = new URL(service.url)
    const http = (port: number) => `${types} ${readSite('one-process.conf', port, [host])}`
    await using nginx = await Nginx.start({ http })

    await using stream = await EventStream.open(`${nginx.url}/stream/a`, {
      'Accept-Encoding': 'gzip',
    })
    await stream.event('runnel.open')
    expect(stream.response.headers['content-encoding']).toBeUndefined()
  },
)

test('a publish is not sent to a second process, since the first may have accepted it', async () => {
  await using one = await startBreakingServer()
  await using other = await startBreakingServer()
  await using nginx = await startSite('several-processes.conf', [one.url, other.url])

  const response = await post(`${nginx.url}/publish/a`, 'text/plain', 'x')

  expect(response.status).toBe(502)
  expect(one.requests + other.requests).toBe(1)
})

test('a poll is sent to a second process, and not to a third', async () => {
  await using one = await startBreakingServer()
  await using two = await startBreakingServer()
  await using three = await startBreakingServer()
  const servers = [one, two, three]
  await using nginx = await startSite(
    'several-processes.conf',
    servers.map(({ url }) => url),
  )

  expect((await fetch(`${nginx.url}/poll/a`)).status).toBe(502)
  expect(servers.reduce((sum, { requests }) => sum + requests, 0)).toBe(2)
})

/** An address by which other machines would reach this one, if it has any. */
const outer = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address

test.skipIf(outer === undefined)('publishes are taken over loopback alone', async () => {
  await using service = await spawnServe([`--hosts=${outer}`])
  const { host } = new URL(service.url)
  const http = (port: number) =>
    readSite('one-process.conf', port, [host]).replace('listen 127.0.0.1:', 'listen ')
  await using nginx = await Nginx.start({ http })
  const { port } = new URL(nginx.url)

  // A connection to an address of this machine comes from that address.
  const statusFrom = async (address: string) =>
    (await post(`http://${address}:${port}/publish/a`, 'text/plain', 'x')).status

  expect(await statusFrom(outer!)).toBe(403)
  expect(await statusFrom('127.0.0.1')).toBe(200)
})

test.for(['/metrics', '/snapshot', '/drain', '/shed', '/openapi.json'])(
  '%s is not routed',
  async (path) => {
    await using service = await spawnServe()
    await using nginx = await startSite('one-process.conf', [service.url])

    const response = await fetch(`${nginx.url}${path}`)

    expect(response.status).toBe(404)
    expect(await response.text()).toContain('nginx')
  },
)

test('/ is answered by the service, with success', async () => {
  await using service = await spawnServe()
  await using nginx = await startSite('one-process.conf', [service.url])

  const [through, direct] = await Promise.all([fetch(`${nginx.url}/`), fetch(`${service.url}/`)])

  expect([through.status, direct.status]).toEqual([200, 200])
  expect(through.headers.get('Content-Type')).toBe(direct.headers.get('Content-Type'))
  expect(await through.text()).toBe(await direct.text())
})

test('with RUNNEL_TRUSTED_HOPS=1 a limit counts the addresses of clients', async () => {
  await using service = await spawnServe(['--trusted-hops=1', '--max-per-address=1'])
  await using nginx = await startSite('one-process.conf', [service.url])

  const first = await firstEventFrom(nginx.url, '127.0.0.2')
  const second = await firstEventFrom(nginx.url, '127.0.0.3')
  // A client cannot invent its address.
  const third = await firstEventFrom(nginx.url, '127.0.0.3', { 'X-Forwarded-For': '192.0.2.1' })

  expect([first, second, third].map(({ event }) => event)).toEqual([
    'runnel.open',
    'runnel.open',
    'runnel.full',
  ])
  for (const { response } of [first, second, third]) response.destroy()
})

test('connections for publishes are used again', async () => {
  await using service = await startCountingServer()
  await using nginx = await startSite('one-process.conf', [service.url])

  for (let number = 0; number < 20; number++) {
    await (await post(`${nginx.url}/publish/a`, 'text/plain', 'x')).text()
  }

  expect(service.requests).toBe(20)
  // Each worker of nginx has its own.
  expect(service.connections).toBeLessThanOrEqual(2)
})

test('the body of a publish does not go through a file', async () => {
  await using service = await startCountingServer()
  const { host } = new URL(service.url)
  const http = (port: number) =>
    `error_log logs/warnings.log warn; ${readSite('one-process.conf', port, [host])}`
  await using nginx = await Nginx.start({ http })

  const largest = 'x'.repeat(256 * 1_024)
  expect((await post(`${nginx.url}/publish/a`, 'text/plain', largest)).status).toBe(200)
  expect(await nginx.read('logs/warnings.log')).not.toContain('temporary file')

  // nginx says so where it takes one, which is from a quarter above the size on.
  await post(`${nginx.url}/publish/a`, 'text/plain', largest.repeat(2))
  expect(await nginx.read('logs/warnings.log')).toContain('temporary file')
})

test('a page of the same origin may publish, whatever the port', async () => {
  await using service = await spawnServe()
  await using nginx = await startSite('one-process.conf', [service.url])

  const publish = async (origin: string) =>
    post(`${nginx.url}/publish/a`, 'text/plain', 'x', { Origin: origin })

  expect((await publish(nginx.url)).status).toBe(200)
  expect((await publish('http://elsewhere.test')).status).toBe(403)
})

test('the line of a stream says how long it lasted, and has no query', async () => {
  await using service = await spawnServe()
  await using nginx = await startSite('one-process.conf', [service.url])
  const stream = await EventStream.open(`${nginx.url}/stream/a?lastEventId=secret`)
  await stream.event('runnel.open')
  await stream[Symbol.asyncDispose]()

  await eventually(async () => {
    const lines = await nginx.read('logs/runnel-streams.log')
    const { host } = new URL(service.url)
    expect(lines).toMatch(/"GET \/stream\/a" 200 \d+ bytes, \d+\.\d+ s, /)
    expect(lines).toContain(host)
    expect(lines).not.toContain('secret')
  })
})

/** The first event of a stream whose client has this address. */
async function firstEventFrom(
  url: string,
  localAddress: string,
  headers: Readonly<Record<string, string>> = {},
) {
  const asking = get(`${url}/stream/a`, { localAddress, headers, agent: false })
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  let body = ''
  response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
  response.on('error', () => undefined)
  const event = await eventually(() => {
    const [, name] = /^event: (.+)$/m.exec(body) ?? []
    if (name === undefined) throw new Error(`expected an event, got ${body}`)
    return name
  })
  return { event, response }
}
