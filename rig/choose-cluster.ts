import type { Cluster } from './cluster.ts'
import { existingCluster } from './existing-cluster.ts'
import { kindCluster } from './kind-cluster.ts'
import { localCluster } from './local/local-cluster.ts'

/** The cluster that `CLUSTER` names. */
export function chooseCluster(env: NodeJS.ProcessEnv): Cluster {
  const { CLUSTER: choice = 'local' } = env
  switch (choice) {
    case 'local':
      return localCluster
    case 'kind':
      return kindCluster
    case 'existing':
      return existingCluster(env)
    default:
      throw new Error(`CLUSTER: expected local, kind or existing, got ${JSON.stringify(choice)}`)
  }
}
