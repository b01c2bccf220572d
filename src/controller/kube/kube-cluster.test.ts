import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import type { FakeApiServer } from '../../../test/support/fake-api-server/fake-api-server.ts'
import { serveCluster } from '../../../test/support/fake-api-server/served-cluster.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { STREAM_CAPACITY } from '../objects/stream-capacity.ts'
import { POD } from '../objects/workloads.ts'

const KEY = { namespace: 'a', name: 'm' }
const MAPS = '/api/v1/namespaces/a/configmaps'
const MANIFEST = { metadata: KEY, data: { x: '1' } }

test('calls share a handful of connections, in a row or at once', async () => {
  await using served = await serveCluster({ maxConnections: 4 })
  const { server, cluster } = served
  for (let count = 0; count < 50; count++) await cluster.get(CONFIG_MAP, KEY)
  expect(server.connectionsMade).toBeLessThanOrEqual(4)
  await Promise.all(Array.from({ length: 200 }, async () => cluster.get(CONFIG_MAP, KEY)))
  expect(server.requests).toHaveLength(250)
  expect(server.connectionsMade).toBeLessThanOrEqual(4)
})

test('watches keep no call waiting', async () => {
  await using served = await serveCluster({ maxConnections: 2 })
  const { server, cluster } = served
  const controller = new AbortController()
  const request = { resourceVersion: '1', signal: controller.signal }
  const watches = Array.from({ length: 10 }, async () => {
    for await (const event of cluster.watch(POD, {}, request)) expect(event).toBeUndefined()
  })
  await eventually(() => {
    expect(server.watches.size).toBe(10)
  })
  expect(await cluster.get(CONFIG_MAP, KEY)).toBeUndefined()
  controller.abort()
  await Promise.all(watches)
})

test('what may be done twice is sent again where the connection ends just as it is used', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  server.objects.put(MAPS, MANIFEST)
  await cluster.get(CONFIG_MAP, KEY)
  cutOnce(server)
  expect(await cluster.get(CONFIG_MAP, KEY)).toMatchObject(MANIFEST)
  cutOnce(server)
  expect(await cluster.apply(CONFIG_MAP, MANIFEST, { fieldManager: 'x' })).toMatchObject(MANIFEST)
  expect(server.requests.map(({ method }) => method)).toEqual([
    'GET',
    'GET',
    'GET',
    'PATCH',
    'PATCH',
  ])
})

test('no other write is sent twice', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  await cluster.get(CONFIG_MAP, KEY)
  cutOnce(server)
  await expect(cluster.create(CONFIG_MAP, MANIFEST)).rejects.toMatchObject({
    name: 'ClusterError',
    reason: 'unavailable',
    message: expect.stringContaining('Cannot create configmaps a/m: the connection was'),
  })
  expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
})

test('a request that is not answered ends by itself, with its connection', async () => {
  await using served = await serveCluster({ requestTimeout: 200 })
  const { server, cluster } = served
  server.fault = () => 'hang'
  const failure = {
    name: 'ClusterError',
    reason: 'unavailable',
    message: expect.stringContaining('the API server did not answer in time'),
  }
  await expect(cluster.list(POD, {})).rejects.toMatchObject(failure)
  const signal = AbortSignal.timeout(30_000)
  const watch = cluster.watch(POD, {}, { resourceVersion: '1', signal })[Symbol.asyncIterator]()
  await expect(watch.next()).rejects.toMatchObject(failure)
  await eventually(() => {
    expect(server.connections).toBe(0)
  })
})

test('an answer that is too large is refused', async () => {
  await using served = await serveCluster({ maxAnswer: 1_000 })
  const { server, cluster } = served
  server.objects.put(MAPS, { ...MANIFEST, data: { x: 'x'.repeat(2_000) } })
  await expect(cluster.get(CONFIG_MAP, KEY)).rejects.toMatchObject({
    name: 'ClusterError',
    reason: 'unreadable',
    message: 'Cannot get configmaps a/m: the answer is larger than allowed.',
  })
})

test.each([
  ['no JSON', 'OK', 'Cannot get configmaps a/m: the answer is no JSON.'],
  ['no object', {}, /The API server sent what is no ConfigMap: .*metadata/],
])('an answer that is %s is refused', async (_, body, message) => {
  await using served = await serveCluster()
  const { server, cluster } = served
  server.fault = () => ({ code: 200, body })
  const failed: unknown = await cluster.get(CONFIG_MAP, KEY).catch((error: unknown) => error)
  expect(failed).toMatchObject({ name: 'ClusterError', reason: 'unreadable' })
  expect(String(failed)).toMatch(message)
})

test('a pause that the API server asks for is handed on', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  const headers = { 'Retry-After': '3' }
  server.fault = () => ({ code: 429, body: 'Too many requests, please try again later.', headers })
  await expect(cluster.get(CONFIG_MAP, KEY)).rejects.toMatchObject({
    reason: 'too-many-requests',
    retryAfter: 3_000,
    isTransient: true,
  })
})

test('writes are strict, and say who owns what is applied', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  server.objects.put('/apis/runnel.dev/v1alpha1/namespaces/a/streamcapacities', MANIFEST)
  const options = { fieldManager: 'someone', subresource: 'status' } as const
  await cluster.apply(STREAM_CAPACITY, { metadata: KEY, status: {} }, options)
  const [request] = server.requests
  expect(request?.path).toBe('/apis/runnel.dev/v1alpha1/namespaces/a/streamcapacities/m/status')
  expect(Object.fromEntries(request?.query ?? [])).toEqual({
    fieldManager: 'someone',
    force: 'true',
    fieldValidation: 'Strict',
  })
  expect(request?.headers).toMatchObject({
    'content-type': 'application/apply-patch+yaml',
    'user-agent': expect.stringMatching(/^runnel-controller\/\d/),
  })
  expect(request?.body).toEqual({
    apiVersion: 'runnel.dev/v1alpha1',
    kind: 'StreamCapacity',
    metadata: KEY,
    status: {},
  })
})

test('a pod is read through the API server, by its port', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  const pod = { namespace: 'a', name: 'p' }
  const request = { port: 9090, path: '/snapshot', signal: AbortSignal.timeout(30_000) }
  server.fault = () => ({ code: 200, body: '{"pod":"p"}' })
  expect(await cluster.readPod(pod, request)).toBe('{"pod":"p"}')
  expect(server.requests.map(({ path }) => decodeURIComponent(path))).toEqual([
    '/api/v1/namespaces/a/pods/http:p:9090/proxy/snapshot',
  ])

  server.fault = () => ({ code: 200, body: 'x'.repeat(1024 * 1024 + 1) })
  await expect(cluster.readPod(pod, request)).rejects.toMatchObject({ reason: 'unreadable' })

  server.fault = () => 'hang'
  const reading = cluster.readPod(pod, { ...request, signal: AbortSignal.timeout(100) })
  await expect(reading).rejects.toMatchObject({ name: 'ClusterError', reason: 'unavailable' })
})

test('the observer hears of each request in the words of RBAC', async () => {
  await using served = await serveCluster()
  const { cluster, recorded } = served
  await cluster.get(CONFIG_MAP, KEY)
  await cluster.create(CONFIG_MAP, MANIFEST)
  await cluster.list(CONFIG_MAP, {})
  await cluster.apply(STREAM_CAPACITY, { metadata: KEY }, { fieldManager: 'x' })
  await expect(cluster.scale(KEY, 3)).rejects.toMatchObject({ reason: 'not-found' })
  await cluster.delete(CONFIG_MAP, KEY)
  expect(await cluster.serves(CONFIG_MAP)).toBe(false)
  const map = { group: '', resource: 'configmaps', ...KEY }
  const capacity = { group: 'runnel.dev', resource: 'streamcapacities', ...KEY }
  const scale = { group: 'apps', resource: 'deployments', subresource: 'scale', ...KEY }
  expect(recorded.calls).toEqual([
    { call: { verb: 'get', ...map }, status: 404 },
    { call: { verb: 'create', ...map }, status: 201 },
    { call: { verb: 'list', group: '', resource: 'configmaps' }, status: 200 },
    { call: { verb: 'patch', ...capacity }, status: 201 },
    { call: { verb: 'patch', ...scale }, status: 404 },
    { call: { verb: 'delete', ...map }, status: 200 },
    { call: { verb: 'get', path: '/api/v1' }, status: 404 },
  ])
})

test('closing cuts what is under way, and takes no more', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  server.fault = () => 'hang'
  const calls = Promise.allSettled([cluster.list(POD, {}), cluster.get(CONFIG_MAP, KEY)])
  await eventually(() => {
    expect(server.requests).toHaveLength(2)
  })
  await cluster.close()
  const later = Promise.allSettled([cluster.list(POD, {})])
  for (const outcome of [...(await calls), ...(await later)]) {
    expect(outcome).toMatchObject({
      reason: {
        name: 'ClusterError',
        reason: 'unavailable',
        message: expect.stringContaining('is closed'),
      },
    })
  }
  await eventually(() => {
    expect(server.connections).toBe(0)
  })
})

test('a client that is closed before its first call makes no connection', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  await cluster.close()
  const failure = { name: 'ClusterError', reason: 'unavailable' }
  await expect(cluster.list(POD, {})).rejects.toMatchObject(failure)
  expect(server.connectionsMade).toBe(0)
})

function cutOnce(server: FakeApiServer): void {
  let isCut = false
  server.fault = () => {
    if (isCut) return undefined
    isCut = true
    return 'cut'
  }
}
