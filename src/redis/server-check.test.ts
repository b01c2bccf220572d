/** Servers that may not hold the log, however well they answer. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { eventually } from '../../test/support/eventually.ts'
import { FaultProxy } from '../../test/support/proxies/fault-proxy.ts'
import { openRedisLog } from '../../test/support/redis/open-redis-log.ts'

/** Stands before a server, and makes it one of Redis 6 in what it says of itself. */
async function startOldServer(server: RedisServer): Promise<{ url: string } & AsyncDisposable> {
  const proxy = createServer((client) => {
    const target = connect(server.port, '127.0.0.1')
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on('error', () => undefined)
      from.on('close', () => to.destroy())
      from.on('data', (bytes: Buffer) => {
        const text = bytes.toString('latin1')
        to.write(Buffer.from(text.replace(/(redis_version:)\d/, '$16'), 'latin1'))
      })
    }
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      proxy.close()
      await once(proxy, 'close')
    },
  }
}

test('a start with a version without sharded pub/sub ends with a sentence', async () => {
  await using server = await RedisServer.start()
  await using old = await startOldServer(server)
  await expect(openRedisLog(old.url)).rejects.toThrow(
    /^expected Redis 7\.0 or newer, or Valkey, got 6\..*: use Redis 7\.0/,
  )
})

test('a replica is refused until it is promoted', async () => {
  await using primary = await RedisServer.start()
  await using server = await RedisServer.start({
    directives: { replicaof: `127.0.0.1 ${primary.port}` },
  })
  await eventually(async () => {
    expect(await server.info('master_link_status')).toBe('up')
  })
  await using own = await openRedisLog(server.url)
  expect(own.log.status()).toMatchObject({ state: 'refused', troubles: [{ code: 'replica' }] })
  await server.client.call('REPLICAOF', 'NO', 'ONE')
  await eventually(() => {
    expect(own.log.status()).toMatchObject({ state: 'ok', troubles: [] })
  })
})

test('a log is ready once a server has answered, and not before', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  proxy.faults.isRefusing = true
  await using own = await openRedisLog(proxy.url)
  expect(own.log.status()).toMatchObject({ ready: false, reachable: false })
  proxy.faults.isRefusing = false
  await eventually(() => {
    expect(own.log.status()).toMatchObject({ ready: true, reachable: true })
  })
  proxy.faults.isRefusing = true
  proxy.cut()
  await eventually(() => {
    expect(own.log.status()).toMatchObject({ ready: true, reachable: false })
  })
})
