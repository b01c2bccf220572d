/** Connections that are lost, hang or lead to another server, and what becomes of the commands on them. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { eventually } from '../../test/support/eventually.ts'
import { FaultProxy } from '../../test/support/proxies/fault-proxy.ts'
import { redisAccess } from '../../test/support/redis/redis-access.ts'
import { isNotConnected } from './connection-errors.ts'
import { serverOptions } from './connection-options.ts'
import { Connection } from './connection.ts'
import { openServers } from './open-servers.ts'
import type { Servers } from './servers.ts'

async function openAt(url: string): Promise<Servers & Disposable> {
  const servers = openServers(redisAccess(url))
  await servers.start()
  return Object.assign(servers, {
    [Symbol.dispose]: () => {
      servers.close()
    },
  })
}

test('a command without an answer fails before its connection is given up, which is made anew', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  using servers = await openAt(proxy.url)
  const { connections } = proxy
  proxy.faults.isFrozen = true

  await expect(servers.commandsOf('primary')!.ping()).rejects.toThrow(/timed out/)
  expect(servers.commandsOf('primary')!.status).toBe('ready')
  await eventually(async () => {
    await servers
      .commandsOf('primary')!
      .ping()
      .catch(() => undefined)
    expect(proxy.connections).toBeGreaterThan(connections)
  })

  proxy.faults.isFrozen = false
  await eventually(async () => {
    expect(await servers.commandsOf('primary')!.ping()).toBe('PONG')
  })
})

test('a command whose answer was lost is not sent again', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  using servers = await openAt(proxy.url)
  proxy.faults.repliesToLose = 1
  await expect(servers.commands.incr('count')).rejects.toThrow(/closed|retries/)
  await eventually(async () => {
    expect(await servers.commands.ping()).toBe('PONG')
  })
  expect(await servers.commands.get('count')).toBe('1')
})

test('a command fails at once while there is no connection, and is not kept for later', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  proxy.faults.isRefusing = true
  using servers = await openAt(proxy.url)
  const error: unknown = await servers.commands.incr('count').catch((caught: unknown) => caught)
  expect(isNotConnected(error)).toBe(true)
  proxy.faults.isRefusing = false
  await eventually(async () => {
    expect(await servers.commands.ping()).toBe('PONG')
  })
  expect(await servers.commands.get('count')).toBeNull()
})

test('a primary that was demoted is left for the one that its name leads to now', async () => {
  await using former = await RedisServer.start()
  await using present = await RedisServer.start()
  await using proxy = await FaultProxy.start(former.url)
  using servers = await openAt(proxy.url)
  await servers.commands.set('a', '1')
  await former.client.call('REPLICAOF', '127.0.0.1', present.port)
  proxy.faults.target = { host: '127.0.0.1', port: present.port }
  await eventually(async () => {
    await servers.commands.set('a', '2')
  })
  expect(await present.client.get('a')).toBe('2')
})

/** A server that takes connections and ends them, and counts them. */
async function startEndingServer() {
  const state = { connections: 0 }
  const server = createServer((socket) => {
    state.connections++
    socket.destroy()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const access = redisAccess(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`)
  // The library gives up after the first attempt, as it does at a fail-over.
  const options = { ...serverOptions(access), retryStrategy: () => null }
  const connection = new Connection(options, access.credentials)
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  connection.once('end', resolve)
  connection.connect().catch(() => undefined)
  await ended
  return Object.assign(state, {
    connection,
    async [Symbol.asyncDispose]() {
      connection.disconnect()
      server.close()
      await once(server, 'close')
    },
  })
}

test('a connection that is closed before its revival stays closed', async () => {
  await using closed = await startEndingServer()
  closed.connection.disconnect()
  // It waits as long, and began later.
  await using revived = await startEndingServer()
  await eventually(() => {
    expect(revived.connections).toBeGreaterThan(1)
  })
  expect(closed.connections).toBe(1)
})

test('a connection that was closed while it could not be made is no failure any more', async () => {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  using servers = await openAt(proxy.url)
  proxy.faults.isRefusing = true
  const connection = servers.connectTo('primary', 'notifications')
  await expect(connection.connect()).rejects.toThrow(/closed|reset|ECONN/i)
  expect(servers.failedConnections()).toMatchObject([{ server: 'primary' }])
  connection.disconnect()
  expect(servers.failedConnections()).toEqual([])
})
