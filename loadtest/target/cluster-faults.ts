import { crashPod, replacePods, type DeployedPods } from '../../rig/release/pods.ts'
import { reloadIngress } from '../../rig/release/reload-ingress.ts'
import type { ReplicatedRedis } from '../../rig/release/replicated-redis.ts'
import type { FaultName } from './target.ts'

/** What faults are done to. */
export interface Victims {
  readonly pods: DeployedPods
  /** The Service of the pods, which an Ingress may lead to. */
  readonly service: string
  /** Undefined where Redis has no replicas. */
  readonly redis: ReplicatedRedis | undefined
}

/** All that need no Redis with replicas. */
export const PLAIN_FAULTS: readonly FaultName[] = ['rollout', 'pod-kill', 'ingress-reload']

/** Resolves when the fault is over, as far as Kubernetes, nginx or the sentinels tell. */
export async function doFault(
  name: FaultName,
  { pods, service, redis }: Victims,
  tell: (what: string) => void,
): Promise<void> {
  switch (name) {
    case 'rollout':
      return replacePods(pods)
    case 'pod-kill':
      tell(await crashPod(pods))
      return
    case 'ingress-reload':
      return reloadIngress({ namespace: pods.namespace, service }, tell)
    case 'redis-fail-over':
      if (redis === undefined) throw new Error('this Redis has no replica that could take over')
      tell(await redis.failOver())
      return
  }
}
