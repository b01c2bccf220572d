import { expect, test } from 'vitest'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { SCALED_OBJECT } from '../objects/children.ts'
import { KedaWatch } from './keda-watch.ts'

const MINUTE = 60_000

test('whether KEDA is there stays unknown until the API server has said so', async () => {
  const watched = watchKeda()
  const { cluster, clock, keda, changes } = watched
  cluster.requests.fail({ verb: 'serves', error: clusterError('unavailable', 'away'), times: 3 })
  let isStarted = false
  const start = keda.start().then(() => (isStarted = true))
  await clock.advance(900)

  expect([keda.isServed, isStarted, String(keda.problem)]).toEqual([
    undefined,
    false,
    expect.stringContaining('away'),
  ])
  await clock.advance(MINUTE)
  await start
  expect([keda.isServed, keda.problem, watched.errors, changes]).toEqual([false, undefined, 3, []])
  keda.close()
})

test('KEDA that comes and goes is noticed within a minute, and a failed look changes nothing', async () => {
  const { cluster, clock, keda, changes } = watchKeda()
  await keda.start()
  cluster.kinds.add(SCALED_OBJECT)
  await clock.advance(MINUTE)
  expect([keda.isServed, changes]).toEqual([true, [true]])

  cluster.requests.fail({ verb: 'serves', error: clusterError('unavailable', 'away') })
  await clock.advance(MINUTE)
  expect(keda.isServed).toBe(true)

  cluster.kinds.remove(SCALED_OBJECT)
  await clock.advance(2 * MINUTE)
  expect([keda.isServed, changes]).toEqual([false, [true, false]])
  keda.close()
})

test('close ends the wait and the looks', async () => {
  const { cluster, clock, keda } = watchKeda()
  cluster.requests.fail({ verb: 'serves', error: clusterError('unavailable', 'away'), times: 99 })
  const start = keda.start()
  await clock.advance(0)
  keda.close()
  await start
  const { length } = cluster.requests.all
  await clock.advance(10 * MINUTE)

  expect(cluster.requests.all).toHaveLength(length)
  expect(clock.pending).toBe(0)
})

function watchKeda() {
  const cluster = new MemoryCluster()
  const clock = new ManualClock()
  const changes: boolean[] = []
  const found = { cluster, clock, changes, errors: 0 }
  const keda = new KedaWatch({
    cluster,
    clock,
    onChange: (isServed) => {
      changes.push(isServed)
    },
    onError: () => {
      found.errors++
    },
  })
  return {
    ...found,
    keda,
    get errors() {
      return found.errors
    },
  }
}
