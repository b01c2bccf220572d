import type { ControllerContext } from './controller-context.ts'
import { AdminToken } from './fleet/admin-token.ts'
import { PodReader } from './fleet/pod-reader.ts'
import { MetricsApi } from './metrics-api/metrics-api.ts'
import { FleetRegistry } from './registry/fleet-registry.ts'

export interface ReplicaOptions {
  /** Whether this replica may write. */
  readonly isLeader: () => boolean
  /** These fleets should be looked at. */
  readonly onChange: (fleets: Iterable<string>) => void
}

/** What every replica does, whether it leads or not: it watches fleets, asks their pods, and serves the metrics API. */
export class Replica {
  readonly registry: FleetRegistry
  /** Undefined where no Secret for it is set. */
  readonly adminToken: AdminToken | undefined
  /** Undefined where it is off. */
  readonly metricsApi: MetricsApi | undefined

  constructor(context: ControllerContext, options: ReplicaOptions) {
    this.registry = createRegistry(context, options)
    this.adminToken = createAdminToken(context, options)
    this.metricsApi = createMetricsApi(context, options, this.registry)
  }

  /** Rejects if the metrics API cannot listen. */
  async start(): Promise<void> {
    await this.metricsApi?.start()
    this.adminToken?.start()
  }

  async close(): Promise<void> {
    this.registry.close()
    this.adminToken?.close()
    await this.metricsApi?.close()
  }
}

function createRegistry(
  { cluster, namespace, config, podAgent, telemetry, repeated }: ControllerContext,
  { onChange }: ReplicaOptions,
): FleetRegistry {
  const { instance, appName, snapshotInterval, podProxy } = config
  const reader = new PodReader({
    dispatcher: podAgent,
    proxy: podProxy === 'on' ? cluster : undefined,
  })
  return new FleetRegistry({
    cluster,
    namespace,
    labels: { 'app.kubernetes.io/instance': instance, 'app.kubernetes.io/name': appName },
    read: async (pod) => reader.read(pod),
    snapshotInterval,
    observer: telemetry,
    onKedaError: (error) => {
      const message = 'cannot see whether KEDA is there'
      repeated.write({ level: 'warn', message, fields: { err: error } })
    },
    onChange,
  })
}

function createAdminToken(
  { cluster, namespace, config, repeated }: ControllerContext,
  { isLeader }: ReplicaOptions,
): AdminToken | undefined {
  const { adminTokenSecret } = config
  if (adminTokenSecret === undefined) return undefined
  return new AdminToken({
    cluster,
    secret: { namespace, name: adminTokenSecret },
    mayWrite: isLeader,
    onError: (error) => {
      const message = 'the token of the pods cannot be read'
      repeated.write({ level: 'warn', message, fields: { err: error } })
    },
  })
}

function createMetricsApi(
  { cluster, namespace, config, telemetry, logger, repeated }: ControllerContext,
  { isLeader }: ReplicaOptions,
  registry: FleetRegistry,
): MetricsApi | undefined {
  const { metricsApiListen, metricsApiSecret, controllerService } = config
  // The table of settings asks for all three or for none.
  if (metricsApiListen === undefined) return undefined
  if (metricsApiSecret === undefined || controllerService === undefined) return undefined
  return new MetricsApi({
    cluster,
    address: metricsApiListen,
    namespace,
    service: controllerService,
    secret: metricsApiSecret,
    mayWrite: isLeader,
    subscribers: (fleetNamespace, name) => {
      const count = registry.count({ namespace: fleetNamespace, name })
      return count === undefined ? undefined : { ...count, takenAt: Date.now() }
    },
    isSynced: () => registry.hasSynced,
    observer: telemetry,
    logger,
    repeated,
  })
}
