/** The copy and the writes of its own process: nothing acts on a copy that lacks them. */
import { expect, test } from 'vitest'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { CONFIG_MAP, type ConfigMap } from '../objects/children.ts'
import { formatKey, type ObjectKey } from '../objects/metadata.ts'
import { Informer } from './informer.ts'
import { WorkQueue } from './work-queue.ts'

const A: ObjectKey = { namespace: 'fleet', name: 'a' }
const B: ObjectKey = { namespace: 'fleet', name: 'b' }
const FLEET = { fieldManager: 'runnel-controller' }

test('a write makes the copy outdated until its event has come, and only for its object', async () => {
  const { informer, cluster, clock, told } = await open()
  const release = cluster.watches.hold()
  informer.noteWrite(await apply(cluster, '1'))
  await clock.advance(2_000)
  expect([informer.isCurrent(A), informer.isCurrent(B)]).toEqual([false, true])
  expect(informer.get(A)).toBeUndefined()
  expect(told).toEqual([])

  release()
  await clock.advance(0)

  expect(informer.isCurrent(A)).toBe(true)
  expect(informer.get(A)?.data).toEqual({ value: '1' })
  expect(told).toEqual(['fleet/a'])
})

test('an earlier event of the object does not make it current', async () => {
  const { informer, cluster, clock, currentWhenTold } = await open()
  const release = cluster.watches.hold()
  await apply(cluster, '1')
  informer.noteWrite(await apply(cluster, '2'))
  release()
  await clock.advance(0)

  expect(currentWhenTold).toEqual([false, true])
  expect(informer.get(A)?.data).toEqual({ value: '2' })
})

test('of two writes whose answers come in the wrong order, the later one counts', async () => {
  const { informer, cluster, clock, currentWhenTold } = await open()
  const release = cluster.watches.hold()
  const first = await apply(cluster, '1')
  informer.noteWrite(await apply(cluster, '2'))
  informer.noteWrite(first)
  release()
  await clock.advance(0)

  expect(currentWhenTold).toEqual([false, true])
})

test('an answer that comes after its event, or a write that changed nothing, outdates nothing', async () => {
  const { informer, cluster, clock } = await open()
  const written = await apply(cluster, '1')
  await clock.advance(0)
  informer.noteWrite(written)
  informer.noteWrite(await apply(cluster, '1'))

  expect(informer.isCurrent(A)).toBe(true)
})

test('an object that was written and then deleted by others is current once the deletion is seen', async () => {
  const { informer, cluster, clock } = await open()
  const release = cluster.watches.hold()
  informer.noteWrite(await apply(cluster, '1'))
  await cluster.delete(CONFIG_MAP, A)
  release()
  await clock.advance(0)

  expect(informer.isCurrent(A)).toBe(true)
  expect(informer.get(A)).toBeUndefined()
})

test('an object outside of the selection is current after a bookmark, and that is told', async () => {
  const { informer, cluster, clock, told } = await open()
  const elsewhere = { namespace: 'other', name: 'a' }
  const manifest = { metadata: elsewhere, data: { value: '1' } }
  informer.noteWrite(await cluster.apply(CONFIG_MAP, manifest, FLEET))
  await clock.advance(0)
  expect(informer.isCurrent(elsewhere)).toBe(false)

  cluster.watches.sendBookmarks()
  await clock.advance(0)

  expect(informer.isCurrent(elsewhere)).toBe(true)
  expect(told).toEqual(['other/a'])
})

test('a list that was asked for after the write has it, even of a store that counts from an earlier version', async () => {
  const { informer, cluster, clock, told } = await open()
  const release = cluster.watches.hold()
  const written = await apply(cluster, '1')
  await cluster.delete(CONFIG_MAP, A)
  // As if the store had been restored from a copy.
  informer.noteWrite({ metadata: { ...written.metadata, resourceVersion: '999999999' } })
  cluster.compact()
  release()
  await clock.advance(0)
  expect(informer.isCurrent(A)).toBe(false)

  cluster.watches.end()
  await clock.advance(180_000)

  expect(informer.isCurrent(A)).toBe(true)
  expect(told).toContain('fleet/a')
})

test('a reconciler that waits for its own writes creates nothing twice while the watch is late', async () => {
  const cluster = new MemoryCluster()
  const clock = new ManualClock()
  let created = 0
  const queue: WorkQueue = new WorkQueue({
    work: async () => {
      if (!informer.isCurrent(A) || informer.get(A) !== undefined) return
      created++
      informer.noteWrite(await apply(cluster, `made ${created}`))
    },
    observer: { enqueued: () => {}, worked: () => {}, retrying: () => {} },
    clock,
  })
  const informer: Informer<ConfigMap> = new Informer({
    ...options(cluster, clock),
    onChange: () => queue.add('fleet'),
  })
  informer.start()
  await clock.advance(0)
  const release = cluster.watches.hold()
  queue.start()
  for (let time = 0; time < 2_000; time += 100) {
    queue.add('fleet')
    await clock.advance(100)
  }
  release()
  await clock.advance(1_000)

  expect(created).toBe(1)
})

function options(cluster: MemoryCluster, clock: ManualClock) {
  return {
    cluster,
    kind: CONFIG_MAP,
    selection: { namespace: 'fleet' },
    observer: { listed: () => {}, listOrWatchFailed: () => {}, handlerFailed: () => {} },
    clock,
  }
}

async function open(): Promise<{
  informer: Informer<ConfigMap>
  cluster: MemoryCluster
  clock: ManualClock
  told: string[]
  currentWhenTold: boolean[]
}> {
  const cluster = new MemoryCluster()
  const clock = new ManualClock()
  const told: string[] = []
  const currentWhenTold: boolean[] = []
  const informer: Informer<ConfigMap> = new Informer({
    ...options(cluster, clock),
    onChange: (key) => {
      told.push(formatKey(key))
      currentWhenTold.push(informer.isCurrent(key))
    },
  })
  informer.start()
  await clock.advance(0)
  return { informer, cluster, clock, told, currentWhenTold }
}

async function apply(cluster: MemoryCluster, value: string): Promise<ConfigMap> {
  return cluster.apply(CONFIG_MAP, { metadata: A, data: { value } }, FLEET)
}
