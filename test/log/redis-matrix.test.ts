/** The servers that people have: each topology, each way to secure it, with user and password in files. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RedisServer } from '../../rig/servers/redis-server.ts'
import { TestAuthority } from '../../rig/servers/redis-tls.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { publishCount, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { TOPOLOGIES } from '../support/redis/topologies.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

/** No text in any encoding, and none of it fits into a URL as it is. */
const PASSWORD = Buffer.from([...Buffer.from('a/b#c@d%40 "ü\n'), 0xff, 0x80])
const HASH = createHash('sha256').update(PASSWORD).digest('hex')
const USER = `user app on #${HASH} ~* &* +@all`

interface Security {
  readonly names?: string
  readonly asksClients?: boolean
  readonly host: string
}

const SECURITY: Readonly<Record<string, Security>> = {
  'without TLS': { host: '127.0.0.1' },
  'TLS by address': { names: 'IP:127.0.0.1', host: '127.0.0.1' },
  'TLS by name alone': { names: 'DNS:localhost', host: 'localhost' },
  'client certificates': { names: 'DNS:localhost', asksClients: true, host: 'localhost' },
}

let folder: string
let passwordFile: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runnel-matrix-'))
  passwordFile = join(folder, 'password')
  await writeFile(passwordFile, PASSWORD)
})

afterAll(async () => rm(folder, { recursive: true }))

const CASES = TOPOLOGIES.flatMap(([topology, start]) =>
  Object.entries(SECURITY).map(([name, security]) => ({ topology, name, start, security })),
)

test.for(CASES)('$topology, $name', { timeout: 60_000 }, async ({ start, security }) => {
  const { names, asksClients, host } = security
  await using tls =
    names === undefined
      ? undefined
      : await TestAuthority.create({ names, ...(asksClients && { asksClients }) })
  await using topology = await start({ lines: [USER], ...(tls && { tls }) })
  const flags = [
    `--redis-url=${topology.urlAt(host)}`,
    '--redis-username=app',
    `--redis-password-file=${passwordFile}`,
    ...(tls === undefined ? [] : [`--redis-ca-file=${tls.caFile}`]),
  ]
  if (asksClients) {
    const { certFile, keyFile } = await tls!.issue('runnel')
    flags.push(`--redis-cert-file=${certFile}`, `--redis-key-file=${keyFile}`)
  }
  await using first = await spawnServe(flags)
  await using second = await spawnServe(flags)
  await Promise.all([first, second].map(untilReady))

  let last: string | undefined
  {
    await using stream = await EventStream.open(`${first.url}/stream/orders`)
    await stream.event('runnel.open')
    await publishCount(second.url, 'orders', 3)
    const events = await stream.take(3)
    expect(events.map(({ data }) => data)).toEqual(['1', '2', '3'])
    last = events.at(-1)!.id
  }
  first.child.kill('SIGKILL')
  await publishText(second.url, 'orders', 'meanwhile')
  await using resumed = await EventStream.open(`${second.url}/stream/orders?lastEventId=${last}`)
  expect((await resumed.take(1))[0]).toMatchObject({ data: 'meanwhile' })

  // Each connection must be made anew, with the same checks.
  for (const { client } of topology.primaries) {
    expect(await usersOf(client)).toEqual(new Set(['app']))
    for (const type of ['normal', 'pubsub']) await client.call('CLIENT', 'KILL', 'TYPE', type)
  }
  await eventually(async () => {
    await publishText(second.url, 'orders', 'after', { headers: { 'Idempotency-Key': 'once' } })
  })
  expect((await resumed.take(2))[1]).toMatchObject({ data: 'after' })
})

async function untilReady({ url }: ServeProcess): Promise<void> {
  await eventually(async () => {
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  })
}

/** The users of the connections that a service has made. */
async function usersOf(client: RedisServer['client']): Promise<ReadonlySet<string | undefined>> {
  const lines = String(await client.call('CLIENT', 'LIST')).split('\n')
  const own = lines.filter((line) => / name=\S*runnel/.test(line))
  return new Set(own.map((line) => / user=(\S+)/.exec(line)?.[1]))
}
