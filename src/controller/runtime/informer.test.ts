import { expect, test } from 'vitest'
import {
  contentsOf,
  openInformer,
  SILENT_INFORMER,
  writeConfigMap,
} from '../../../test/support/open-informer.ts'
import { CONFIG_MAP } from '../objects/children.ts'

const A = { namespace: 'fleet', name: 'a' }
const B = { namespace: 'fleet', name: 'b' }

test('the copy has what was there before it, and follows every change', async () => {
  const { informer, cluster, clock, told } = openInformer()
  writeConfigMap(cluster, 'a', '1')
  await clock.advance(0)
  expect(contentsOf(informer)).toEqual({})
  expect(informer.hasSynced).toBe(false)

  informer.start()
  await clock.advance(0)
  expect(await informer.synced).toBe(true)
  expect(informer.hasSynced).toBe(true)
  expect(contentsOf(informer)).toEqual({ a: '1' })
  expect(told.splice(0)).toEqual(['fleet/a'])

  writeConfigMap(cluster, 'b', '1')
  writeConfigMap(cluster, 'a', '2')
  await clock.advance(0)
  expect(contentsOf(informer)).toEqual({ a: '2', b: '1' })
  await cluster.delete(CONFIG_MAP, A)
  await clock.advance(0)

  expect(contentsOf(informer)).toEqual({ b: '1' })
  expect(informer.get(A)).toBeUndefined()
  expect(informer.get(B)?.data).toEqual({ value: '1' })
  expect(told).toEqual(['fleet/b', 'fleet/a', 'fleet/a'])
})

test('a list of many pages is complete', async () => {
  const { informer, cluster, clock } = openInformer()
  for (let index = 0; index < 1_201; index++) writeConfigMap(cluster, `object-${index}`, '1')
  informer.start()
  await clock.advance(0)

  expect(informer.list()).toHaveLength(1_201)
  expect(cluster.requests.all.filter(({ verb }) => verb === 'list')).toHaveLength(3)
})

test('events that come twice are told once', async () => {
  const { informer, cluster, clock, told } = openInformer()
  cluster.watches.repeatEvents()
  informer.start()
  await clock.advance(0)
  writeConfigMap(cluster, 'a', '1')
  writeConfigMap(cluster, 'a', '2')
  await cluster.delete(CONFIG_MAP, A)
  await clock.advance(0)

  expect(contentsOf(informer)).toEqual({})
  expect(told).toEqual(['fleet/a', 'fleet/a', 'fleet/a'])
})

test('a handler that throws harms nobody', async () => {
  const thrown: unknown[] = []
  const error = new Error('thrown')
  const { informer, cluster, clock } = openInformer({
    onChange: () => {
      throw error
    },
    observer: { ...SILENT_INFORMER, handlerFailed: (_kind, failure) => thrown.push(failure) },
  })
  writeConfigMap(cluster, 'a', '1')
  writeConfigMap(cluster, 'b', '1')
  informer.start()
  await clock.advance(0)
  writeConfigMap(cluster, 'a', '2')
  await clock.advance(0)

  expect(thrown).toEqual([error, error, error])
  expect(contentsOf(informer)).toEqual({ a: '2', b: '1' })
  expect(informer.problem).toBeUndefined()
})
