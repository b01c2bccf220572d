import { once } from 'node:events'
import { get, request, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { EventSource } from 'eventsource'
import { expect, test } from 'vitest'
import { Nginx } from '../../rig/servers/nginx.ts'
import { readSite } from '../../rig/servers/nginx-site.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { runCommand } from '../commands/run-command.ts'
import { NativeReader } from '../capacity/drain/native-reader.ts'
import { runWithFault } from '../faults/run-with-fault.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, post, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startSite } from './nginx-proxy.ts'

/** Flags with which a check passes on a loaded machine. */
const PATIENT = ['--late=1m', '--every=10ms', '--idle']

test('one process behind its configuration passes the check, and streams, polls and publishes', async () => {
  await using service = await spawnServe(['--heartbeat=500ms'])
  await using nginx = await startSite('one-process.conf', [service.url])

  const { code, output } = await runCommand(['check', nginx.url, ...PATIENT])
  expect(output.match(/^pass {2}\w+/gm)).toEqual(['pass  delivery', 'pass  idle'])
  expect(code).toBe(0)

  await using stream = await EventStream.open(`${nginx.url}/stream/a`)
  await stream.event('runnel.open')
  const id = await publishText(nginx.url, 'a', 'x')
  expect((await stream.take(1)).map((event) => event.id)).toEqual([id])
  expect((await poll(nginx.url, '/poll/a?from=earliest&wait=0')).events).toMatchObject([{ id }])
})

test('several processes on one Redis pass the check', async () => {
  await using redis = await RedisServer.start()
  const flags = [`--redis-url=${redis.url}`, '--heartbeat=500ms']
  await using one = await spawnServe(flags)
  await using other = await spawnServe(flags)
  await using nginx = await startSite('several-processes.conf', [one.url, other.url])

  const { code, output } = await runCommand(['check', nginx.url, ...PATIENT])

  expect(output.match(/^pass {2}\w+/gm)).toEqual(['pass  delivery', 'pass  idle'])
  expect(code).toBe(0)
})

test('of several processes one is killed: nobody misses an event, and no gap is told', async () => {
  await using redis = await RedisServer.start()
  const flags = [`--redis-url=${redis.url}`, '--retry=200ms']
  await using one = await spawnServe(flags)
  await using two = await spawnServe(flags)
  await using three = await spawnServe(flags)
  await using nginx = await startSite('several-processes.conf', [one.url, two.url, three.url])

  const { breaches, gaps, lostByLog } = await runWithFault({
    url: nginx.url,
    witness: two.url,
    fault: async () => {
      one.child.kill('SIGKILL')
      await one.exited
    },
  })

  expect({ breaches, gaps, lostByLog }).toEqual({ breaches: [], gaps: 0, lostByLog: 0 })
})

test('a reload cuts streams after worker_shutdown_timeout, and they resume', async () => {
  await using service = await spawnServe(['--retry=200ms'])
  const { host } = new URL(service.url)
  const http = (port: number) => readSite('one-process.conf', port, [host])
  await using nginx = await Nginx.start({ http, shutdownTimeout: 1 })

  const { breaches, gaps } = await runWithFault({
    url: nginx.url,
    fault: async () => nginx.reload(),
  })

  expect({ breaches, gaps }).toEqual({ breaches: [], gaps: 0 })
})

test("a browser's EventSource outlives a restart of the only process", async () => {
  const first = await spawnServe(['--retry=50ms'])
  await using nginx = await startSite('one-process.conf', [first.url])
  await using reader = new NativeReader(`${nginx.url}/stream/a`)
  const opened = () => reader.told.filter(({ event }) => event === 'runnel.open').length
  await eventually(() => expect(opened()).toBe(1))

  await first[Symbol.asyncDispose]()
  // It has come back, and met nobody, before the process is there again.
  await eventually(async () =>
    expect(await nginx.read('logs/runnel-streams.log')).toMatch(/ 200 36 bytes/),
  )
  const listen = `--listen=127.0.0.1:${new URL(first.url).port}`
  await using _second = await spawnServe([listen])

  await eventually(() => expect(opened()).toBe(2))
})

test('a stream that finds no process ends without an event, so that its cursor stays', async () => {
  await using nginx = await startSite('one-process.conf', ['http://127.0.0.1:1'])
  const source = new EventSource(`${nginx.url}/stream/a`)
  const errors: number[] = []
  source.addEventListener('error', () => errors.push(source.readyState))
  await eventually(() => expect(errors).toEqual([EventSource.CONNECTING]))
  source.close()

  const response = await fetch(`${nginx.url}/stream/a`)
  expect(response.headers.get('Content-Type')).toBe('text/event-stream')
  expect(await response.text()).toMatch(/^:[^\n]*\n$/)
})

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

test('publishes are taken from this machine alone', async () => {
  await using service = await spawnServe()
  await using nginx = await startSite('one-process.conf', [service.url])
  const options = { method: 'POST', headers: { 'Content-Type': 'text/plain' } }

  // Any address but 127.0.0.1 and ::1 stands for another machine.
  const elsewhere = request(`${nginx.url}/publish/a`, { ...options, localAddress: '127.0.0.2' })
  elsewhere.end('x')
  const [answer] = (await once(elsewhere, 'response')) as [IncomingMessage]

  expect(answer.statusCode).toBe(403)
  expect((await post(`${nginx.url}/publish/a`, 'text/plain', 'x')).status).toBe(200)
})

test.for(['/metrics', '/snapshot', '/drain', '/shed', '/', '/openapi.json'])(
  '%s is not routed',
  async (path) => {
    await using service = await spawnServe()
    await using nginx = await startSite('one-process.conf', [service.url])

    const response = await fetch(`${nginx.url}${path}`)

    expect(response.status).toBe(404)
    expect(await response.text()).toContain('nginx')
  },
)

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

/** A server that breaks each connection once a request is there. */
async function startBreakingServer() {
  let requests = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      requests++
      socket.destroy()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests
    },
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}
