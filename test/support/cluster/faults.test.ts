import { expect, test } from 'vitest'
import { WatchRecorder } from '../../../src/controller/cluster/suite/watch-recorder.suite.ts'
import { CONFIG_MAP, type ConfigMap } from '../../../src/controller/objects/children.ts'
import { LEASE } from '../../../src/controller/objects/lease.ts'
import { eventually } from '../eventually.ts'
import { clusterError } from './errors.ts'
import { MemoryCluster } from './memory-cluster.ts'

const KEY = { namespace: 'one', name: 'settings' }
const MANIFEST = { metadata: KEY, data: { a: '1' } }
const BUSY = clusterError('unavailable', 'the API server is away')

test('the next requests that match fail, and no others', async () => {
  const cluster = new MemoryCluster()
  cluster.requests.fail({ verb: 'create', kind: 'ConfigMap', times: 2, error: BUSY })
  await cluster.create(LEASE, { metadata: KEY })
  expect(await cluster.get(CONFIG_MAP, KEY)).toBeUndefined()
  await expect(cluster.create(CONFIG_MAP, MANIFEST)).rejects.toBe(BUSY)
  await expect(cluster.create(CONFIG_MAP, MANIFEST)).rejects.toBe(BUSY)
  expect(await cluster.get(CONFIG_MAP, KEY)).toBeUndefined()
  await cluster.create(CONFIG_MAP, MANIFEST)
})

test('a request whose answer is lost is carried out', async () => {
  const cluster = new MemoryCluster()
  cluster.requests.fail({ name: 'settings', isCarriedOut: true, error: BUSY })
  await expect(cluster.create(CONFIG_MAP, MANIFEST)).rejects.toBe(BUSY)
  expect((await cluster.get(CONFIG_MAP, KEY))?.data).toEqual(MANIFEST.data)
})

test('a request hangs until its fault lets it go, or its signal ends it', async () => {
  const cluster = new MemoryCluster()
  const hanging = Promise.withResolvers<void>()
  cluster.requests.fail({ verb: 'list', times: 2, after: hanging.promise, error: BUSY })
  const ending = new AbortController()
  const ended = cluster.list(CONFIG_MAP, {}, { signal: ending.signal })
  const failed = cluster.list(CONFIG_MAP, {})
  ending.abort(new Error('ended'))
  await expect(ended).rejects.toThrow('ended')
  hanging.resolve()
  await expect(failed).rejects.toBe(BUSY)
})

test('requests are recorded, and those that write apart', async () => {
  const cluster = new MemoryCluster()
  const options = { fieldManager: 'a' }
  await cluster.apply(CONFIG_MAP, MANIFEST, options)
  const { resourceVersion } = cluster
  await cluster.apply(CONFIG_MAP, MANIFEST, options)
  await cluster.get(CONFIG_MAP, KEY)
  expect(cluster.resourceVersion).toBe(resourceVersion)
  const applied = { verb: 'apply', kind: 'ConfigMap', ...KEY, manifest: MANIFEST, options }
  expect(cluster.requests.all).toEqual([
    applied,
    applied,
    { verb: 'get', kind: 'ConfigMap', ...KEY },
  ])
  expect(cluster.requests.writes).toEqual([applied, applied])
})

test('events that are held back arrive once they are let go', async () => {
  const { cluster, recorder } = openWatch()
  await using _ = recorder
  const release = cluster.watches.hold()
  await cluster.create(CONFIG_MAP, MANIFEST)
  await cluster.delete(CONFIG_MAP, KEY)
  expect(await cluster.get(CONFIG_MAP, KEY)).toBeUndefined()
  expect(recorder.events).toEqual([])
  release()
  await recorder.waitFor(2)
  expect(recorder.events.map(({ type }) => type)).toEqual(['added', 'deleted'])
})

test('a watch that was ended is asked again, and loses nothing', async () => {
  const { cluster, recorder } = openWatch()
  await using _ = recorder
  await eventually(() => {
    expect(countWatches(cluster)).toBe(1)
  })
  const release = cluster.watches.hold()
  await cluster.create(CONFIG_MAP, MANIFEST)
  cluster.watches.end()
  await eventually(() => {
    expect(countWatches(cluster)).toBe(2)
  })
  release()
  await recorder.waitFor(1)
})

test('a watch ends with the error that it is given', async () => {
  const { cluster, recorder } = openWatch()
  await using _ = recorder
  await eventually(() => {
    expect(countWatches(cluster)).toBe(1)
  })
  cluster.watches.end(BUSY)
  await expect(recorder.waitFor(1)).rejects.toBe(BUSY)
})

test('events may come twice', async () => {
  const { cluster, recorder } = openWatch()
  await using _ = recorder
  cluster.watches.repeatEvents()
  await cluster.create(CONFIG_MAP, MANIFEST)
  await recorder.waitFor(2)
  expect(recorder.events[1]).toEqual(recorder.events[0])
})

test('a bookmark has the version up to which nothing is missing', async () => {
  const cluster = new MemoryCluster()
  const { resourceVersion } = cluster
  const ending = new AbortController()
  const request = { resourceVersion, signal: ending.signal }
  const watch = cluster.watch(CONFIG_MAP, { namespace: 'two' }, request)
  const next = watch.next()
  await cluster.create(CONFIG_MAP, MANIFEST)
  cluster.watches.sendBookmarks()
  expect((await next).value).toEqual({
    type: 'bookmark',
    resourceVersion: cluster.resourceVersion,
  })
  ending.abort()
})

test('lists and watches expire with the history that they go on from', async () => {
  const cluster = new MemoryCluster({ historyLimit: 2 })
  const { resourceVersion } = cluster
  for (const name of ['a', 'b']) await cluster.create(CONFIG_MAP, { metadata: { ...KEY, name } })
  const { continueToken } = await cluster.list(CONFIG_MAP, {}, { limit: 1 })
  const options = { limit: 1, continueToken }
  const signal = new AbortController().signal
  const watch = () => cluster.watch(CONFIG_MAP, {}, { resourceVersion, signal }).next()
  expect((await watch()).value).toMatchObject({ type: 'added' })
  expect((await cluster.list(CONFIG_MAP, {}, options)).items).toHaveLength(1)

  await cluster.create(CONFIG_MAP, { metadata: { ...KEY, name: 'c' } })
  await expect(watch()).rejects.toMatchObject({ reason: 'expired' })
  expect((await cluster.list(CONFIG_MAP, {}, options)).items).toHaveLength(1)
  cluster.compact()
  await expect(cluster.list(CONFIG_MAP, {}, options)).rejects.toMatchObject({ reason: 'expired' })
})

function openWatch() {
  const cluster = new MemoryCluster()
  const { resourceVersion } = cluster
  const recorder = new WatchRecorder<ConfigMap>(cluster, CONFIG_MAP, {}, resourceVersion)
  return { cluster, recorder }
}

function countWatches(cluster: MemoryCluster): number {
  return cluster.requests.all.filter(({ verb }) => verb === 'watch').length
}
