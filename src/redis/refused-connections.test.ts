/** Why servers are not reached: the cause is told, whatever the topology, and however often the library tries. */
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { RedisServer, type ServerOptions } from '../../rig/servers/redis-server.ts'
import { TestAuthority } from '../../rig/servers/redis-tls.ts'
import { Sentinels } from '../../rig/servers/sentinels.ts'
import { eventually } from '../../test/support/eventually.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'
import type { AccessOptions } from '../../test/support/redis/redis-access.ts'

interface Topology extends AsyncDisposable {
  urlAt(host: string): string
}

const TOPOLOGIES = [
  ['one server', async (options: ServerOptions): Promise<Topology> => RedisServer.start(options)],
  ['Sentinel', async (options: ServerOptions): Promise<Topology> => Sentinels.start(options)],
  ['Cluster', async (options: ServerOptions): Promise<Topology> => RedisCluster.start(options)],
] as const

/** What is told of a log that is opened so, at the start or soon after it: codes and causes, but for the expected. */
async function causesBut(
  expected: RegExp,
  url: string,
  access: AccessOptions = {},
): Promise<readonly string[]> {
  try {
    await using own = await openRedisLog(url, { access })
    await eventually(() => {
      expect(own.log.status().troubles).not.toEqual([])
    })
    // Some rounds: later attempts may fail in other ways than the first.
    const seen = new Set<string>()
    const until = performance.now() + 1_500
    await eventually(() => {
      for (const { code, detail } of own.log.status().troubles) seen.add(`${code}: ${detail}`)
      expect(performance.now()).toBeGreaterThan(until)
    })
    return [...seen].filter((cause) => !expected.test(cause))
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error)
    return expected.test(sentence) ? [] : [sentence]
  }
}

let stranger: TestAuthority

beforeAll(async () => {
  stranger = await TestAuthority.create()
})

afterAll(async () => stranger[Symbol.asyncDispose]())

test.for(TOPOLOGIES)('%s: certificates of servers, and no TLS in the URL', async ([, start]) => {
  await using tls = await TestAuthority.create({ names: 'DNS:redis.example' })
  await using topology = await start({ tls })
  const named = /^tls: .*certificate.* names DNS:redis\.example, and not .*localhost/
  expect(await causesBut(named, topology.urlAt('localhost'), { caFile: tls.caFile })).toEqual([])
  const { caFile } = stranger
  expect(await causesBut(/^tls: .*cert/, topology.urlAt('127.0.0.1'), { caFile })).toEqual([])
  const plain = topology.urlAt('127.0.0.1').replace('rediss', 'redis')
  expect(await causesBut(/^tls: .*speaks TLS/, plain)).toEqual([])
})

test.for(TOPOLOGIES)('%s: certificates of clients, missing or not trusted', async ([, start]) => {
  await using tls = await TestAuthority.create({ asksClients: true })
  await using topology = await start({ tls })
  const url = topology.urlAt('127.0.0.1')
  const { caFile } = tls
  const missing = /certificate required.*RUNNEL_REDIS_CERT_FILE/
  expect(await causesBut(missing, url, { caFile })).toEqual([])
  const { certFile, keyFile } = stranger
  const untrusted = /alert unknown ca.*RUNNEL_REDIS_CERT_FILE/
  expect(await causesBut(untrusted, url, { caFile, certFile, keyFile })).toEqual([])
})

test.for(TOPOLOGIES)('%s: a missing certificate of a client over TLS 1.2', async ([, start]) => {
  await using tls = await TestAuthority.create({ asksClients: true, versions: 'TLSv1.2' })
  await using topology = await start({ tls })
  const url = topology.urlAt('127.0.0.1')
  const { caFile } = tls
  expect(await causesBut(/^tls: .*alert handshake failure/, url, { caFile })).toEqual([])
})

test.for(TOPOLOGIES)('%s: TLS in the URL alone', async ([, start]) => {
  await using topology = await start({})
  const url = topology.urlAt('127.0.0.1').replace('redis', 'rediss')
  expect(await causesBut(/^tls: .*speaks no TLS/, url)).toEqual([])
})

const FORMS = [
  ['one server', 'redis://HOST'],
  ['Sentinel', 'redis+sentinel://HOST,HOST/runnel'],
  ['Cluster', 'redis+cluster://HOST,HOST'],
] as const

/** A server that says this to each connection, and closes it. */
function closesAfter(words: string): Server {
  return createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end(words)
  })
}

/** Listens on a port that the system picks; the test gets the address. */
async function withListening(server: Server, run: (host: string) => Promise<void>): Promise<void> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    await run(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

const DENIED = 'DENIED Redis is running in protected mode because no password is set.'

test.for(FORMS)('%s: a server that refuses every connection', async ([, form]) => {
  await withListening(closesAfter(`-${DENIED}\r\n`), async (host) => {
    await expect(openRedisLog(form.replaceAll('HOST', host))).rejects.toThrow(
      /DENIED Redis is running in protected mode.*protected-mode no/,
    )
  })
  const full = closesAfter('-ERR max number of clients reached\r\n')
  await withListening(full, async (host) => {
    const named = /^too-many-clients: .*max number of clients/
    expect(await causesBut(named, form.replaceAll('HOST', host))).toEqual([])
  })
})

test.for(FORMS)('%s: what listens is no Redis', async ([, form]) => {
  const tlsForm = form.replace('redis', 'rediss')
  await withListening(closesAfter(''), async (host) => {
    const closes = /^unreachable: .*closes connections at once/
    expect(await causesBut(closes, form.replaceAll('HOST', host))).toEqual([])
    expect(await causesBut(closes, tlsForm.replaceAll('HOST', host))).toEqual([])
  })
  await withListening(createHttpServer(), async (host) => {
    const web = /^unreachable: .*speaks no Redis \(it answers HTTP\/1\.1 400/
    expect(await causesBut(web, form.replaceAll('HOST', host))).toEqual([])
    expect(await causesBut(web, tlsForm.replaceAll('HOST', host))).toEqual([])
  })
  const silent = createServer((socket) => socket.on('error', () => undefined))
  await withListening(silent, async (host) => {
    const hangs = /^timeout: /
    expect(await causesBut(hangs, form.replaceAll('HOST', host))).toEqual([])
    expect(await causesBut(hangs, tlsForm.replaceAll('HOST', host))).toEqual([])
  })
})

test.for(FORMS)('%s: nothing listens, or the name is unknown', async ([, form]) => {
  for (const host of ['127.0.0.1:1', 'localhost:1']) {
    const url = form.replaceAll('HOST', host)
    expect(await causesBut(/^unreachable: .*REFUSED/, url)).toEqual([])
  }
  const unknown = form.replaceAll('HOST', 'redis.invalid')
  expect(await causesBut(/^unknown-host: .*redis\.invalid/, unknown)).toEqual([])
})
