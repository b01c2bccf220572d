import { expect, test } from 'vitest'
import { contentsOf, openInformer, writeConfigMap } from '../../../test/support/open-informer.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import { CONFIG_MAP } from '../objects/children.ts'

const A = { namespace: 'fleet', name: 'a' }
const MINUTE = 60_000

test('pages that expire under way are read at once instead', async () => {
  const { informer, cluster, clock } = openInformer()
  for (let index = 0; index < 1_201; index++) writeConfigMap(cluster, `object-${index}`, '1')
  cluster.requests.fail({ verb: 'list', error: new ClusterError('expired', 'too old') })
  informer.start()
  await clock.advance(0)

  expect(informer.list()).toHaveLength(1_201)
  expect(cluster.requests.all.filter(({ verb }) => verb === 'list')).toHaveLength(2)
})

test('a version that has expired is listed anew, and what vanished meanwhile is told', async () => {
  const { informer, cluster, clock, told } = openInformer()
  writeConfigMap(cluster, 'a', '1')
  writeConfigMap(cluster, 'b', '1')
  informer.start()
  await clock.advance(0)
  told.length = 0

  const release = cluster.watches.hold()
  await cluster.delete(CONFIG_MAP, A)
  writeConfigMap(cluster, 'c', '1')
  cluster.compact()
  release()
  await clock.advance(1_000)

  expect(contentsOf(informer)).toEqual({ b: '1', c: '1' })
  expect(told.toSorted()).toEqual(['fleet/a', 'fleet/c'])
})

test('watches that close at once again and again lead to a list, ever more slowly', async () => {
  const { informer, cluster, clock } = openInformer()
  informer.start()
  await clock.advance(0)
  const closeWatches = () => cluster.watches.end()
  for (let time = 0; time < 10 * MINUTE; time += 50) {
    closeWatches()
    await clock.advance(50)
  }

  const lists = cluster.requests.all.filter(({ verb }) => verb === 'list').length
  const watches = cluster.requests.all.filter(({ verb }) => verb === 'watch').length
  expect(lists).toBeGreaterThan(2)
  // Pauses double up to 15 to 30 s.
  expect(watches).toBeLessThan(60)
})

test('an API server that is away for a minute is found again without help', async () => {
  const { informer, cluster, clock, failures } = openInformer()
  writeConfigMap(cluster, 'a', '1')
  informer.start()
  await clock.advance(0)
  const away = new ClusterError('unavailable', 'connection refused')
  const isAway = { error: away, times: Infinity }
  cluster.requests.fail({ verb: 'list', ...isAway })
  cluster.requests.fail({ verb: 'watch', ...isAway })
  cluster.watches.end(away)
  writeConfigMap(cluster, 'a', '2')
  await clock.advance(MINUTE)
  expect(contentsOf(informer)).toEqual({ a: '1' })
  expect(informer.problem).toBe(away)
  expect(informer.silence).toBe(MINUTE)
  expect(failures.length).toBeGreaterThan(5)
  expect(failures.length).toBeLessThan(20)

  cluster.requests.heal()
  await clock.advance(30_000)

  expect(contentsOf(informer)).toEqual({ a: '2' })
  expect(informer.problem).toBeUndefined()
  expect(informer.silence).toBeLessThan(30_000)
})

test('a failure after a long time without one is tried again at once', async () => {
  const { informer, cluster, clock } = openInformer()
  const away = new ClusterError('unavailable', 'connection refused')
  cluster.requests.fail({ verb: 'list', error: away, times: 8 })
  informer.start()
  await clock.advance(MINUTE)
  expect(informer.hasSynced).toBe(true)

  cluster.watches.end(away)
  await clock.advance(0)
  const count = cluster.requests.all.length
  cluster.watches.end(away)
  await clock.advance(100)

  expect(cluster.requests.all.length).toBeGreaterThan(count)
})

test('an API server that is away at the start is waited for', async () => {
  const { informer, cluster, clock, told } = openInformer()
  writeConfigMap(cluster, 'a', '1')
  cluster.requests.fail({
    verb: 'list',
    error: new ClusterError('forbidden', 'configmaps may not be listed'),
    times: 8,
  })
  informer.start()
  await clock.advance(5_000)
  expect(informer.hasSynced).toBe(false)
  expect(told).toEqual([])

  await clock.advance(MINUTE)
  expect(informer.hasSynced).toBe(true)
  expect(told).toEqual(['fleet/a'])
})

test('a watch that is silent for minutes is replaced, and its loss made good', async () => {
  const { informer, cluster, clock } = openInformer()
  informer.start()
  await clock.advance(0)
  cluster.watches.hold()
  writeConfigMap(cluster, 'a', '1')
  await clock.advance(2 * MINUTE)
  expect(informer.silence).toBe(2 * MINUTE)
  expect(contentsOf(informer)).toEqual({})

  await clock.advance(MINUTE)
  expect(contentsOf(informer)).toEqual({ a: '1' })
  expect(informer.silence).toBe(0)
})

test('bookmarks are signs of life, and all is listed anew every ten minutes', async () => {
  const { informer, cluster, clock } = openInformer()
  informer.start()
  const counts: number[] = []
  for (let minute = 0; minute < 60; minute++) {
    await clock.advance(MINUTE)
    cluster.watches.sendBookmarks()
    await clock.advance(0)
    expect(informer.silence).toBe(0)
    counts.push(cluster.requests.all.filter(({ verb }) => verb === 'list').length)
  }

  expect(counts[7]).toBe(1)
  expect(counts[11]).toBe(2)
  expect(counts[59]).toBeGreaterThanOrEqual(6)
  expect(counts[59]).toBeLessThanOrEqual(7)
})

test('after a bookmark, a watch goes on from there though older versions are forgotten', async () => {
  const { informer, cluster, clock } = openInformer()
  informer.start()
  await clock.advance(0)
  writeConfigMap(cluster, 'elsewhere', '1', 'other')
  cluster.watches.sendBookmarks()
  await clock.advance(0)
  cluster.compact()
  cluster.watches.end()
  await clock.advance(MINUTE)

  expect(cluster.requests.all.filter(({ verb }) => verb === 'list')).toHaveLength(1)
})
