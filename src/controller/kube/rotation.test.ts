import { rm } from 'node:fs/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import {
  serveCluster,
  type ServedCluster,
} from '../../../test/support/fake-api-server/served-cluster.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { KubeCluster } from './kube-cluster.ts'

const KEY = { namespace: 'a', name: 'm' }

test('a token rotates under load, and no caller hears of it', async () => {
  await using served = await serveCluster()
  await underLoad(served, async () => served.server.rotateToken())
  expect(served.recorded.calls.map(({ status }) => status)).toContain(401)
})

test('an authority rotates under load, and no caller hears of it', async () => {
  await using served = await serveCluster()
  const { server, recorded } = served
  await underLoad(served, async () => {
    await server.rotateAuthority()
    // The connections of before must not be all that the rest is sent on.
    for (let count = 0; count < 5; count++) {
      await answersMore(served, 20)
      server.endIdleConnections()
    }
  })
  expect(recorded.calls.map(({ status }) => status)).toContain(undefined)
})

test('connections to an authority of before end once what is under way on them has ended', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  const controller = new AbortController()
  const request = { resourceVersion: '1', signal: controller.signal }
  const watch = cluster.watch(CONFIG_MAP, {}, request)[Symbol.asyncIterator]()
  const event = watch.next()
  await eventually(() => {
    expect(server.watches.size).toBe(1)
  })
  const { promise: answering, resolve: answer } = Promise.withResolvers<undefined>()
  server.fault = async () => answering
  const slow = cluster.get(CONFIG_MAP, KEY)
  await eventually(() => {
    expect(server.requests).toHaveLength(2)
  })
  server.fault = () => undefined
  await server.rotateAuthority()
  // All connections to the authority of before are in use.
  expect(await cluster.get(CONFIG_MAP, KEY)).toBeUndefined()
  expect(server.connections).toBe(3)

  answer(undefined)
  expect(await slow).toBeUndefined()
  await eventually(() => {
    expect(server.connections).toBe(2)
  })
  server.objects.put('/api/v1/configmaps', { metadata: { name: 'm' } })
  expect(await event).toMatchObject({ value: { type: 'added' } })
  controller.abort()
  await watch.next()
  await eventually(() => {
    expect(server.connections).toBe(1)
  })
})

test('a token that is refused is read anew once, not for ever', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  await server.files.writeToken('wrong')
  const refusal = { name: 'ClusterError', reason: 'unauthorized', status: 401 }
  await expect(cluster.create(CONFIG_MAP, { metadata: KEY })).rejects.toMatchObject(refusal)
  expect(server.requests.length).toBeLessThanOrEqual(2)
})

test('a plugin whose tokens are all refused is asked twice for a call', async () => {
  await using served = await serveCluster()
  const { server } = served
  const { clusters, contexts, currentContext } = server.config
  const config = new KubeConfig()
  const credential = '{"kind":"ExecCredential","status":{"token":"wrong-%s"}}'
  const exec = { command: 'sh', args: ['-c', `printf '${credential}' $$`] }
  config.loadFromOptions({ clusters, users: [{ name: 'fake', exec }], contexts, currentContext })
  const cluster = new KubeCluster({ config })
  const refusal = { name: 'ClusterError', reason: 'unauthorized', status: 401 }
  await expect(cluster.get(CONFIG_MAP, KEY)).rejects.toMatchObject(refusal)
  expect(new Set(server.requests.map(({ headers }) => headers.authorization)).size).toBe(2)
  await cluster.close()
})

test('a token that cannot be read is an error of the cluster, until it can', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  await rm(server.files.tokenFile)
  const signal = AbortSignal.timeout(30_000)
  const watch = cluster.watch(CONFIG_MAP, {}, { resourceVersion: '1', signal })
  const failure = {
    name: 'ClusterError',
    reason: 'unauthorized',
    message: expect.stringContaining(server.files.tokenFile),
  }
  await expect(cluster.get(CONFIG_MAP, KEY)).rejects.toMatchObject(failure)
  await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject(failure)
  await server.rotateToken()
  expect(await cluster.get(CONFIG_MAP, KEY)).toBeUndefined()
})

/** Reads and writes from many sides, before, while and after something happens. */
async function underLoad(served: ServedCluster, act: () => Promise<void>): Promise<void> {
  const { cluster } = served
  const over = new AbortController()
  const failures: unknown[] = []
  const callers = Array.from({ length: 20 }, async (_, index) => {
    const key = { ...KEY, name: `m-${index}` }
    while (!over.signal.aborted) {
      try {
        await cluster.apply(CONFIG_MAP, { metadata: key }, { fieldManager: 'x' })
        await cluster.get(CONFIG_MAP, key)
      } catch (error) {
        failures.push(error)
      }
    }
  })
  await answersMore(served, 100)
  await act()
  await answersMore(served, 100)
  over.abort()
  await Promise.all(callers)
  expect(failures).toEqual([])
}

async function answersMore({ recorded }: ServedCluster, count: number): Promise<void> {
  const before = succeeded()
  await eventually(() => {
    expect(succeeded()).toBeGreaterThan(before + count)
  })

  function succeeded(): number {
    return recorded.calls.filter(({ status }) => status === 200).length
  }
}
