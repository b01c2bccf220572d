import type { Manifest } from '../../../src/controller/cluster/cluster.ts'
import type { Kind } from '../../../src/controller/objects/kind.ts'
import type { KubeObject } from '../../../src/controller/objects/metadata.ts'
import {
  storedStatus,
  STREAM_CAPACITY,
  type StreamCapacity,
} from '../../../src/controller/objects/stream-capacity.ts'
import {
  DEPLOYMENT,
  POD,
  type Deployment,
  type Pod,
} from '../../../src/controller/objects/workloads.ts'
import type { Condition, StreamCapacityStatus } from '../../../src/schema/stream-capacity.ts'
import { MemoryCluster } from '../cluster/memory-cluster.ts'
import { makePod, type PodOptions } from '../cluster/pods.ts'

/** Of all fleets. */
export const NAMESPACE = 'default'

const namespace = NAMESPACE

/** A cluster in memory, and the objects of fleets in it. */
export class FleetObjects {
  readonly cluster = new MemoryCluster()

  /** A StreamCapacity for the Deployment `web`, unless the spec names another. */
  putCapacity(
    name = 'streams',
    spec: Readonly<Record<string, unknown>> = {},
    metadata: Partial<Manifest['metadata']> = {},
  ): StreamCapacity {
    return this.cluster.put(STREAM_CAPACITY, {
      metadata: { name, namespace, ...metadata },
      spec: { targetRef: { name: 'web' }, ...spec },
    })
  }

  /** A Deployment all of whose pods are there. */
  putDeployment(replicas: number, name = 'web', app = name): Deployment {
    const counts = {
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    }
    const put = (status: Deployment['status']) =>
      this.cluster.put(DEPLOYMENT, {
        metadata: { name, namespace },
        spec: {
          replicas,
          selector: { matchLabels: { app } },
          template: { spec: { terminationGracePeriodSeconds: 60 } },
        },
        status,
      })
    const { generation } = put(counts).metadata
    return put({ ...counts, observedGeneration: generation ?? 0 })
  }

  putPod(options: PodOptions, app = 'web'): Pod {
    const pod = makePod(options)
    return this.cluster.put(POD, { ...pod, metadata: { ...pod.metadata, labels: { app } } })
  }

  stored<T extends KubeObject>(kind: Kind<T>, name: string): T | undefined {
    return this.cluster.stored(kind, { namespace, name })
  }

  delete(kind: Kind, name: string): void {
    this.cluster.remove(kind, { namespace, name })
  }

  /** The stored status of a StreamCapacity; empty before there is one. */
  status(name = 'streams'): StreamCapacityStatus {
    const object = this.stored(STREAM_CAPACITY, name)
    return object === undefined ? {} : storedStatus(object)
  }

  /** The reason of a condition; undefined where there is no such condition. */
  reason(type: string, name = 'streams'): string | undefined {
    return this.condition(type, name)?.reason
  }

  condition(type: string, name = 'streams'): Condition | undefined {
    return this.status(name).conditions?.find((one) => one.type === type)
  }
}
