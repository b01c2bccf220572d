import { describeCluster } from '../../../src/controller/cluster/cluster.suite.ts'
import { MemoryCluster } from './memory-cluster.ts'

describeCluster('the memory cluster', async () => {
  const cluster = new MemoryCluster()
  return {
    cluster,
    namespaces: ['one', 'two'],
    expiredVersion: async () => '1',
    addKind: async (kind) => {
      cluster.kinds.add(kind)
      return {
        [Symbol.asyncDispose]: async () => {
          cluster.kinds.remove(kind)
        },
      }
    },
    [Symbol.asyncDispose]: async () => {},
  }
})
