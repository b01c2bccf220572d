import { pino } from 'pino'
import type { Cluster, Manifest } from '../../../src/controller/cluster/cluster.ts'
import { Controller } from '../../../src/controller/controller.ts'
import { createPodAgent } from '../../../src/controller/fleet/pod-requests.ts'
import type { Kind } from '../../../src/controller/objects/kind.ts'
import type { KubeObject } from '../../../src/controller/objects/metadata.ts'
import { storedStatus, STREAM_CAPACITY } from '../../../src/controller/objects/stream-capacity.ts'
import {
  DEPLOYMENT,
  POD,
  type Deployment,
  type Pod,
} from '../../../src/controller/objects/workloads.ts'
import { ControllerTelemetry } from '../../../src/controller/telemetry/controller-telemetry.ts'
import { CONTROL_TABLE, type ControlConfig } from '../../../src/config/control/control-table.ts'
import { resolve } from '../../../src/config/resolve.ts'
import type { StreamCapacityStatus } from '../../../src/schema/stream-capacity.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { MemoryCluster, type MemoryClusterOptions } from '../cluster/memory-cluster.ts'
import { makePod, type PodOptions } from '../cluster/pods.ts'
import { PodServer } from './pod-server.ts'

const namespace = 'default'

export interface StartedController extends AsyncDisposable {
  readonly url: string
  /** Log lines so far. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
}

/** A cluster in memory with fleets, whose pods answer on loopback, and the controllers that look after them. */
export class ControllerScene implements AsyncDisposable {
  readonly cluster: MemoryCluster
  readonly #stack = new AsyncDisposableStack()
  #controllers = 0

  constructor(options: MemoryClusterOptions = {}) {
    this.cluster = new MemoryCluster(options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }

  /** A StreamCapacity for the Deployment `web`, unless the spec names another. */
  putCapacity(
    name = 'streams',
    spec: Readonly<Record<string, unknown>> = {},
    metadata: Partial<Manifest['metadata']> = {},
  ): KubeObject {
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

  /** A pod that answers; it belongs to the Deployment whose selector is its `app`. */
  async startPod(name: string, subscribers: number, app = 'web'): Promise<PodServer> {
    const server = this.#stack.use(await PodServer.start(subscribers))
    this.putPod({ name, port: server.port }, app)
    return server
  }

  putPod(options: PodOptions, app = 'web'): Pod {
    const pod = makePod(options)
    return this.cluster.put(POD, { ...pod, metadata: { ...pod.metadata, labels: { app } } })
  }

  /** Two pods of `web` with these streams, and the StreamCapacity `streams`. */
  async startFleet(
    spec: Readonly<Record<string, unknown>> = {},
    subscribers: readonly number[] = [100, 100],
  ): Promise<readonly PodServer[]> {
    this.putDeployment(subscribers.length)
    this.putCapacity('streams', spec)
    const pods = subscribers.map(async (count, index) => this.startPod(`web-${index}`, count))
    return Promise.all(pods)
  }

  async startController(
    parts: Partial<ControlConfig> = {},
    cluster: Cluster = this.cluster,
  ): Promise<StartedController> {
    const resolution = resolve(CONTROL_TABLE, { env: {} })
    if (resolution.kind === 'refused') throw new Error('expected defaults for all settings')
    const lines: Record<string, unknown>[] = []
    const logger = pino(
      { base: null },
      { write: (line: string) => void lines.push(JSON.parse(line)) },
    )
    const metrics = createMetrics()
    const podAgent = createPodAgent()
    const controller = new Controller({
      config: {
        ...resolution.config,
        adminListen: { host: '127.0.0.1', port: 0 },
        snapshotInterval: 50,
        ...parts,
      },
      namespace,
      identity: `controller-${this.#controllers++}`,
      cluster,
      podAgent,
      metrics,
      telemetry: new ControllerTelemetry(metrics.meter, logger),
      logger,
    })
    const url = await controller.start()
    let isClosed = false
    return this.#stack.use({
      url,
      lines,
      [Symbol.asyncDispose]: async () => {
        if (isClosed) return
        isClosed = true
        await controller.close()
        await podAgent.destroy()
      },
    })
  }

  stored<T extends KubeObject>(kind: Kind<T>, name: string): T | undefined {
    return this.cluster.stored(kind, { namespace, name })
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

  condition(type: string, name = 'streams') {
    return this.status(name).conditions?.find((one) => one.type === type)
  }
}
