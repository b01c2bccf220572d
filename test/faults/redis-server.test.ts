/** The Redis server of three pods fails: streams stay open, publishes fail fast, and losses are announced. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RedisServer, type Directives } from '../../rig/servers/redis-server.ts'
import { Pods } from './pods.ts'
import { expectNoBreach } from './report.ts'
import { runWithFault, type FaultRunOptions } from './run-with-fault.ts'

async function runWithServerFault(
  directives: Directives,
  fault: (server: RedisServer) => Promise<void>,
  options: Partial<FaultRunOptions> = {},
): Promise<Awaited<ReturnType<typeof runWithFault>>> {
  await using server = await RedisServer.start({ directives })
  await using pods = await Pods.start(3, [`--redis-url=${server.url}`])
  // Awaited here, since the pods end with this scope.
  const verdict = await runWithFault({
    url: pods.url,
    fault: async () => fault(server),
    ...options,
  })
  return verdict
}

test('nothing fails', async () => {
  const verdict = await runWithServerFault({}, async () => setTimeout(2_000))
  await expectNoBreach('none', verdict)
  expect(verdict.deliveries).toBeGreaterThan(500)
})

test('the server is killed and comes back empty', async () => {
  const verdict = await runWithServerFault({}, async (server) => server.restart(), {
    allowedGaps: ['epoch-lost'],
  })
  await expectNoBreach('server killed, nothing persisted', verdict)
  expect(verdict.gaps).toBe(12)
})

test('the server is killed and comes back with an old snapshot', async () => {
  const verdict = await runWithServerFault(
    {},
    async (server) => {
      await server.client.save()
      await setTimeout(1_000)
      await server.restart()
    },
    { allowedGaps: ['diverged', 'ahead'] },
  )
  await expectNoBreach('server killed, old snapshot', verdict)
  expect(verdict.gaps).toBe(12)
})

test('the server is killed and comes back with all events', async () => {
  const verdict = await runWithServerFault(
    { appendonly: 'yes', appendfsync: 'always' },
    async (server) => server.restart(),
  )
  await expectNoBreach('server killed, append-only file', verdict)
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})

test('the server freezes for five seconds', async () => {
  const verdict = await runWithServerFault({}, async (server) => {
    server.freeze()
    await setTimeout(5_000)
    server.thaw()
  })
  await expectNoBreach('server frozen for 5 s', verdict)
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})

test('all keys are flushed', async () => {
  const verdict = await runWithServerFault(
    {},
    async (server) => {
      await server.client.flushall()
    },
    { allowedGaps: ['epoch-lost'] },
  )
  await expectNoBreach('FLUSHALL', verdict)
  expect(verdict.gaps).toBe(12)
})

test('the server has no memory left for a while', async () => {
  const verdict = await runWithServerFault({}, async (server) => {
    await server.client.config('SET', 'maxmemory', '1')
    await setTimeout(2_000)
    await server.client.config('SET', 'maxmemory', '0')
  })
  await expectNoBreach('memory full for 2 s', verdict)
  expect(verdict.gaps).toBe(0)
})

test('the Redis user loses its rights to pub/sub channels for a while', async () => {
  const verdict = await runWithServerFault({}, async (server) => {
    await server.client.call('ACL', 'SETUSER', 'default', 'resetchannels')
    await setTimeout(3_000)
    await server.client.call('ACL', 'SETUSER', 'default', 'allchannels')
  })
  await expectNoBreach('ACL lost for 3 s', verdict)
  expect([verdict.gaps, verdict.lostByLog]).toEqual([0, 0])
})
