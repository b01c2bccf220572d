import { expect, test } from 'vitest'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { makePod } from '../../../test/support/cluster/pods.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { DEPLOYMENT } from '../objects/workloads.ts'
import { LeaderWrites } from './leader-writes.ts'

const key = { namespace: 'default', name: 'web' }

const ACTIONS: readonly (readonly [string, (writes: LeaderWrites) => Promise<unknown>])[] = [
  ['create', async (writes) => writes.create(CONFIG_MAP, { metadata: key })],
  ['apply', async (writes) => writes.apply(CONFIG_MAP, { metadata: key }, { fieldManager: 'a' })],
  ['scale', async (writes) => writes.scale(key, 2)],
  ['delete', async (writes) => writes.delete(CONFIG_MAP, key)],
  ['shed', async (writes) => writes.shed(makePod(), { count: 1, over: 1 })],
]

test.for(ACTIONS)('only the leader may %s', async ([name, act]) => {
  const cluster = new MemoryCluster()
  cluster.put(DEPLOYMENT, { metadata: key, spec: { selector: {}, template: {} } })
  let isLeader = false
  let sheds = 0
  const pods = {
    shed: async () => {
      sheds++
      return { isDone: true, shedding: 1 } as const
    },
  }
  const writes = new LeaderWrites(cluster, pods, () => isLeader)

  await expect(act(writes)).rejects.toThrow('does not lead')
  expect([cluster.requests.writes, sheds]).toEqual([[], 0])

  isLeader = true
  await act(writes)
  expect([cluster.requests.writes.map(({ verb }) => verb), sheds]).toEqual(
    name === 'shed' ? [[], 1] : [[name], 0],
  )
})
