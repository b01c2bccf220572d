import { expect, test } from 'vitest'
import { contentsOf, openInformer, writeConfigMap } from '../../../test/support/open-informer.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { formatKey } from '../objects/metadata.ts'

const A = { namespace: 'fleet', name: 'a' }
const B = { namespace: 'fleet', name: 'b' }
const MINUTE = 60_000

test('started twice, it lists and watches once', async () => {
  const { informer, cluster, clock } = openInformer()
  informer.start()
  informer.start()
  await clock.advance(0)
  expect(cluster.requests.all.map(({ verb }) => verb)).toEqual(['list', 'watch'])
})

test('closed before the start, it asks for nothing', async () => {
  const { informer, cluster, clock } = openInformer()
  informer.close()
  informer.start()
  await clock.advance(MINUTE)
  expect(await informer.synced).toBe(false)
  expect(cluster.requests.all).toEqual([])
})

test('closed while a list is under way, it tells nothing and watches nothing', async () => {
  const { informer, cluster, clock, told } = openInformer()
  writeConfigMap(cluster, 'a', '1')
  informer.start()
  informer.close()
  await clock.advance(MINUTE)

  expect(await informer.synced).toBe(false)
  expect(told).toEqual([])
  expect(contentsOf(informer)).toEqual({})
  expect(clock.pending).toBe(0)
})

test('closed while a list hangs, it ends that, and reports no failure', async () => {
  const { informer, cluster, clock, failures } = openInformer()
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
  const { informer, cluster, clock, told, failures } = openInformer()
  informer.start()
  await clock.advance(0)
  writeConfigMap(cluster, 'a', '1')
  writeConfigMap(cluster, 'b', '1')
  informer.close()
  await clock.advance(MINUTE)

  expect(told).toEqual([])
  expect(failures).toEqual([])
  expect(clock.pending).toBe(0)
})

test('closed by a handler, it tells nothing further', async () => {
  const told: string[] = []
  const { informer, cluster, clock }: ReturnType<typeof openInformer> = openInformer({
    onChange: (changed) => {
      told.push(formatKey(changed))
      informer.close()
    },
  })
  writeConfigMap(cluster, 'a', '1')
  writeConfigMap(cluster, 'b', '1')
  informer.start()
  await clock.advance(MINUTE)

  expect(told).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

test('closed between two events, it takes the second no more, though it has come', async () => {
  const version = { metadata: { ...A, resourceVersion: '2' } }
  const other = { metadata: { ...B, resourceVersion: '3' } }
  const { informer, clock }: ReturnType<typeof openInformer> = openInformer({
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

  expect(Object.keys(contentsOf(informer))).toEqual(['a'])
})

test('closed in the pause after a failure, it tries no more', async () => {
  const { informer, cluster, clock } = openInformer()
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
