import { expect, test } from 'vitest'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { SECRET } from '../objects/secret.ts'
import { AdminToken } from './admin-token.ts'

const key = { namespace: 'default', name: 'admin' }

test('an empty Secret is filled by the replica that may, and read by all', async () => {
  const cluster = new MemoryCluster()
  cluster.put(SECRET, { metadata: key, data: { other: 'eA==' } })
  using follower = startToken(cluster, false)
  // Each look follows what the one before has written.
  await eventually(() => expect(cluster.requests.all.length).toBeGreaterThan(2))
  expect(follower.token.value).toBeUndefined()
  expect(cluster.requests.writes).toEqual([])

  using leader = startToken(cluster, true)
  await eventually(() => expect(leader.token.value).toBeDefined())
  const { data } = cluster.stored(SECRET, key)!
  expect(Buffer.from(data!['token']!, 'base64').toString()).toBe(leader.token.value)
  expect(Buffer.from(leader.token.value!, 'base64url')).toHaveLength(32)
  expect(data!['other']).toBe('eA==')
  await eventually(() => expect(follower.token.value).toBe(leader.token.value))
})

test('a token that somebody has set is taken as the pods read it, and never replaced', async () => {
  const cluster = new MemoryCluster()
  const token = Buffer.from(' sesame\n').toString('base64')
  cluster.put(SECRET, { metadata: key, data: { token } })
  using leader = startToken(cluster, true)

  await eventually(() => expect(leader.token.value).toBe('sesame'))
  expect(cluster.requests.writes).toEqual([])
})

test('of two that fill it at once, both end with the token that is stored, and nobody is told', async () => {
  const cluster = new MemoryCluster()
  cluster.put(SECRET, { metadata: key })
  using a = startToken(cluster, true)
  using b = startToken(cluster, true)

  await eventually(() => {
    const { data } = cluster.stored(SECRET, key)!
    const stored = Buffer.from(data!['token']!, 'base64').toString()
    expect([a.token.value, b.token.value]).toEqual([stored, stored])
  })
  expect([a.errors, b.errors]).toEqual([[], []])
})

test('a trouble is told once, with what to do, and passes by itself', async () => {
  const cluster = new MemoryCluster()
  using leader = startToken(cluster, true)
  await eventually(() => expect(cluster.requests.all.length).toBeGreaterThan(1))
  expect(leader.errors).toEqual([expect.stringMatching(/Secret admin.*create it/)])

  cluster.requests.fail({ verb: 'get', error: clusterError('forbidden', 'RBAC') })
  await eventually(() => expect(leader.errors).toHaveLength(2))
  cluster.put(SECRET, { metadata: key })
  await eventually(() => expect(leader.token.value).toBeDefined())
})

function startToken(cluster: MemoryCluster, mayWrite: boolean) {
  const errors: string[] = []
  const token = new AdminToken({
    cluster,
    secret: key,
    mayWrite: () => mayWrite,
    onError: (error) => {
      errors.push(String(error))
    },
    intervals: { read: 20, retry: 20 },
  })
  token.start()
  return {
    token,
    errors,
    [Symbol.dispose]: () => {
      token.close()
    },
  }
}
