import { expect, test } from 'vitest'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import { CONFIG_MAP, type ConfigMap } from '../objects/children.ts'
import { formatKey, type ObjectKey } from '../objects/metadata.ts'
import { Informer, type InformerOptions } from './informer.ts'

const A = key('a')
const B = key('b')
const MINUTE = 60_000

test('the copy has what was there before it, and follows every change', async () => {
  const { informer, cluster, clock, told } = open()
  write(cluster, 'a', '1')
  await clock.advance(0)
  expect(contents(informer)).toEqual({})
  expect(informer.hasSynced).toBe(false)

  informer.start()
  await clock.advance(0)
  expect(await informer.synced).toBe(true)
  expect(informer.hasSynced).toBe(true)
  expect(contents(informer)).toEqual({ a: '1' })
  expect(told.splice(0)).toEqual(['fleet/a'])

  write(cluster, 'b', '1')
  write(cluster, 'a', '2')
  await clock.advance(0)
  expect(contents(informer)).toEqual({ a: '2', b: '1' })
  await cluster.delete(CONFIG_MAP, A)
  await clock.advance(0)

  expect(contents(informer)).toEqual({ b: '1' })
  expect(informer.get(A)).toBeUndefined()
  expect(informer.get(B)?.data).toEqual({ value: '1' })
  expect(told).toEqual(['fleet/b', 'fleet/a', 'fleet/a'])
})

test('a list of many pages is complete', async () => {
  const { informer, cluster, clock } = open()
  for (let index = 0; index < 1_201; index++) write(cluster, `object-${index}`, '1')
  informer.start()
  await clock.advance(0)

  expect(informer.list()).toHaveLength(1_201)
  expect(cluster.requests.all.filter(({ verb }) => verb === 'list')).toHaveLength(3)
})

test('pages that expire under way are read at once instead', async () => {
  const { informer, cluster, clock } = open()
  for (let index = 0; index < 1_201; index++) write(cluster, `object-${index}`, '1')
  cluster.requests.fail({ verb: 'list', error: new ClusterError('expired', 'too old') })
  informer.start()
  await clock.advance(0)

  expect(informer.list()).toHaveLength(1_201)
  expect(cluster.requests.all.filter(({ verb }) => verb === 'list')).toHaveLength(2)
})

test('a version that has expired is listed anew, and what vanished meanwhile is told', async () => {
  const { informer, cluster, clock, told } = open()
  write(cluster, 'a', '1')
  write(cluster, 'b', '1')
  informer.start()
  await clock.advance(0)
  told.length = 0

  const release = cluster.watches.hold()
  await cluster.delete(CONFIG_MAP, A)
  write(cluster, 'c', '1')
  cluster.compact()
  release()
  await clock.advance(1_000)

  expect(contents(informer)).toEqual({ b: '1', c: '1' })
  expect(told.toSorted()).toEqual(['fleet/a', 'fleet/c'])
})

test('events that come twice are told once', async () => {
  const { informer, cluster, clock, told } = open()
  cluster.watches.repeatEvents()
  informer.start()
  await clock.advance(0)
  write(cluster, 'a', '1')
  write(cluster, 'a', '2')
  await cluster.delete(CONFIG_MAP, A)
  await clock.advance(0)

  expect(contents(informer)).toEqual({})
  expect(told).toEqual(['fleet/a', 'fleet/a', 'fleet/a'])
})

test('watches that close at once again and again lead to a list, ever more slowly', async () => {
  const { informer, cluster, clock } = open()
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
  const { informer, cluster, clock, failures } = open()
  write(cluster, 'a', '1')
  informer.start()
  await clock.advance(0)
  const away = new ClusterError('unavailable', 'connection refused')
  const isAway = { error: away, times: Infinity }
  cluster.requests.fail({ verb: 'list', ...isAway })
  cluster.requests.fail({ verb: 'watch', ...isAway })
  cluster.watches.end(away)
  write(cluster, 'a', '2')
  await clock.advance(MINUTE)
  expect(contents(informer)).toEqual({ a: '1' })
  expect(informer.problem).toBe(away)
  expect(informer.silence).toBe(MINUTE)
  expect(failures.length).toBeGreaterThan(5)
  expect(failures.length).toBeLessThan(20)

  cluster.requests.heal()
  await clock.advance(30_000)

  expect(contents(informer)).toEqual({ a: '2' })
  expect(informer.problem).toBeUndefined()
  expect(informer.silence).toBeLessThan(30_000)
})

test('a failure after a long time without one is tried again at once', async () => {
  const { informer, cluster, clock } = open()
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
  const { informer, cluster, clock, told } = open()
  write(cluster, 'a', '1')
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
  const { informer, cluster, clock } = open()
  informer.start()
  await clock.advance(0)
  cluster.watches.hold()
  write(cluster, 'a', '1')
  await clock.advance(2 * MINUTE)
  expect(informer.silence).toBe(2 * MINUTE)
  expect(contents(informer)).toEqual({})

  await clock.advance(MINUTE)
  expect(contents(informer)).toEqual({ a: '1' })
  expect(informer.silence).toBe(0)
})

test('bookmarks are signs of life, and all is listed anew every ten minutes', async () => {
  const { informer, cluster, clock } = open()
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
  const { informer, cluster, clock } = open()
  informer.start()
  await clock.advance(0)
  write(cluster, 'elsewhere', '1', 'other')
  cluster.watches.sendBookmarks()
  await clock.advance(0)
  cluster.compact()
  cluster.watches.end()
  await clock.advance(MINUTE)

  expect(cluster.requests.all.filter(({ verb }) => verb === 'list')).toHaveLength(1)
})

test('a handler that throws harms nobody', async () => {
  const thrown: unknown[] = []
  const error = new Error('thrown')
  const { informer, cluster, clock } = open({
    onChange: () => {
      throw error
    },
    observer: { ...SILENT, handlerFailed: (_kind, failure) => thrown.push(failure) },
  })
  write(cluster, 'a', '1')
  write(cluster, 'b', '1')
  informer.start()
  await clock.advance(0)
  write(cluster, 'a', '2')
  await clock.advance(0)

  expect(thrown).toEqual([error, error, error])
  expect(contents(informer)).toEqual({ a: '2', b: '1' })
  expect(informer.problem).toBeUndefined()
})

test('started twice, it lists and watches once', async () => {
  const { informer, cluster, clock } = open()
  informer.start()
  informer.start()
  await clock.advance(0)
  expect(cluster.requests.all.map(({ verb }) => verb)).toEqual(['list', 'watch'])
})

test('closed before the start, it asks for nothing', async () => {
  const { informer, cluster, clock } = open()
  informer.close()
  informer.start()
  await clock.advance(MINUTE)
  expect(await informer.synced).toBe(false)
  expect(cluster.requests.all).toEqual([])
})

test('closed while a list is under way, it tells nothing and watches nothing', async () => {
  const { informer, cluster, clock, told } = open()
  write(cluster, 'a', '1')
  informer.start()
  informer.close()
  await clock.advance(MINUTE)

  expect(await informer.synced).toBe(false)
  expect(told).toEqual([])
  expect(contents(informer)).toEqual({})
  expect(clock.pending).toBe(0)
})

test('closed while a list hangs, it ends that, and reports no failure', async () => {
  const { informer, cluster, clock, failures } = open()
  const error = new ClusterError('unavailable', 'never told')
  cluster.requests.fail({ verb: 'list', error, after: new Promise(() => {}) })
  informer.start()
  await clock.advance(1_000)
  informer.close()
  await clock.advance(MINUTE)

  expect(failures).toEqual([])
  expect(informer.problem).toBeUndefined()
  expect(clock.pending).toBe(0)
})

test('closed while events wait, it tells none of them', async () => {
  const { informer, cluster, clock, told, failures } = open()
  informer.start()
  await clock.advance(0)
  write(cluster, 'a', '1')
  write(cluster, 'b', '1')
  informer.close()
  await clock.advance(MINUTE)

  expect(told).toEqual([])
  expect(failures).toEqual([])
  expect(clock.pending).toBe(0)
})

test('closed by a handler, it tells nothing further', async () => {
  const told: string[] = []
  const { informer, cluster, clock }: ReturnType<typeof open> = open({
    onChange: (changed) => {
      told.push(formatKey(changed))
      informer.close()
    },
  })
  write(cluster, 'a', '1')
  write(cluster, 'b', '1')
  informer.start()
  await clock.advance(MINUTE)

  expect(told).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

test('closed between two events, it takes the second no more, though it has come', async () => {
  const version = { metadata: { ...A, resourceVersion: '2' } }
  const other = { metadata: { ...B, resourceVersion: '3' } }
  const { informer, clock }: ReturnType<typeof open> = open({
    cluster: {
      list: async () => ({ items: [], resourceVersion: '1', continueToken: undefined }),
      async *watch() {
        yield { type: 'added', object: CONFIG_MAP.schema.parse(version) as never }
        yield { type: 'added', object: CONFIG_MAP.schema.parse(other) as never }
      },
    },
    onChange: () => {
      informer.close()
    },
  })
  informer.start()
  await clock.advance(0)

  expect(Object.keys(contents(informer))).toEqual(['a'])
})

test('closed in the pause after a failure, it tries no more', async () => {
  const { informer, cluster, clock } = open()
  cluster.requests.fail({
    verb: 'list',
    error: new ClusterError('unavailable', 'away'),
    times: Infinity,
  })
  informer.start()
  await clock.advance(5_000)
  informer.close()
  await clock.advance(0)
  const count = cluster.requests.all.length
  await clock.advance(10 * MINUTE)

  expect(cluster.requests.all).toHaveLength(count)
  expect(clock.pending).toBe(0)
})

function open(options: Partial<InformerOptions<ConfigMap>> = {}): {
  informer: Informer<ConfigMap>
  cluster: MemoryCluster
  clock: ManualClock
  told: string[]
  failures: unknown[]
} {
  const cluster = new MemoryCluster()
  const clock = new ManualClock()
  const told: string[] = []
  const failures: unknown[] = []
  const informer = new Informer({
    cluster,
    kind: CONFIG_MAP,
    selection: { namespace: 'fleet' },
    onChange: (changed) => told.push(formatKey(changed)),
    observer: { ...SILENT, listOrWatchFailed: (_kind, error) => failures.push(error) },
    clock,
    ...options,
  })
  return { informer, cluster, clock, told, failures }
}

const SILENT = { listed: () => {}, listOrWatchFailed: () => {}, handlerFailed: () => {} }

function key(name: string): ObjectKey {
  return { namespace: 'fleet', name }
}

function write(cluster: MemoryCluster, name: string, value: string, namespace = 'fleet') {
  return cluster.put(CONFIG_MAP, { metadata: { namespace, name }, data: { value } })
}

function contents(informer: Informer<ConfigMap>): Record<string, string | undefined> {
  return Object.fromEntries(
    informer.list().map(({ metadata, data }) => [metadata.name, data?.['value']]),
  )
}
