import { hostname } from 'node:os'
import type { KubeConfig } from '@kubernetes/client-node'
import type { ControlConfig } from '../config/control/control-table.ts'
import { formatAddress } from '../config/kinds/address.ts'
import { randomId } from '../lib/random-id.ts'
import type { Logger } from '../telemetry/logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { ControllerTelemetry } from './controller-telemetry.ts'
import { FleetRegistry } from './fleet-registry.ts'
import { AdminToken } from './fleet/admin-token.ts'
import { PodReader } from './fleet/pod-reader.ts'
import { createPodAgent } from './fleet/pod-requests.ts'
import { ShedClient } from './fleet/shed-client.ts'
import { ControllerHealth } from './controller-health.ts'
import { KedaPresence } from './keda-presence.ts'
import { KubeCluster } from './kube/kube-cluster.ts'
import { LeaderWork } from './leader-work.ts'
import { AdminListener } from './listener/admin-listener.ts'
import { MetricsApi } from './metrics-api/metrics-api.ts'
import { parseKey, type ObjectKey } from './objects/metadata.ts'
import { STREAM_CAPACITY } from './objects/stream-capacity.ts'
import { LeaderWrites } from './reconcile/leader-writes.ts'
import { Reconciler } from './reconcile/reconciler.ts'
import { electionTiming } from './runtime/election-timing.ts'
import { EventRecorder } from './runtime/event-recorder.ts'

const CONTROLLER = 'runnel.dev/controller'

export interface RunningController {
  readonly adminUrl: string
  /** Finishes what is under way, and hands the lease over. */
  stop(): Promise<void>
}

/** Connects the parts of the controller and starts it. Rejects if it cannot listen. */
export async function startController(
  config: ControlConfig,
  kubeConfig: KubeConfig,
  logger: Logger,
): Promise<RunningController> {
  const namespace = config.namespace ?? namespaceOf(kubeConfig)
  const identity = `${hostname()}_${randomId(8)}`
  const metrics = createMetrics()
  const telemetry = new ControllerTelemetry(metrics.meter, logger)
  const cluster = new KubeCluster({ config: kubeConfig, observer: telemetry })
  const podAgent = createPodAgent()
  const isLeader = () => work.isLeader

  const registry = new FleetRegistry({
    cluster,
    namespace,
    instance: config.instance,
    reader: new PodReader({
      dispatcher: podAgent,
      proxy: config.podProxy === 'on' ? cluster : undefined,
    }),
    snapshotInterval: config.snapshotInterval,
    observer: telemetry,
    onChange: (fleets) => {
      work.add(fleets)
    },
  })
  const keda = new KedaPresence({
    cluster,
    onFound: () => {
      registry.copies.startScaledObjects()
    },
    onLost: () => {
      registry.copies.stopScaledObjects()
    },
    onError: (error) => {
      logger.warn({ err: error }, 'cannot see whether KEDA is there')
    },
  })
  const count = (fleetNamespace: string, name: string) =>
    registry.count({ namespace: fleetNamespace, name })

  const { adminTokenSecret, metricsApiListen, metricsApiSecret, controllerService } = config
  const adminToken =
    adminTokenSecret === undefined
      ? undefined
      : new AdminToken({
          cluster,
          secret: { namespace, name: adminTokenSecret },
          mayWrite: isLeader,
          onError: (error) => {
            logger.warn({ err: error }, 'the token of the pods cannot be read')
          },
        })
  const metricsApi =
    metricsApiListen === undefined ||
    metricsApiSecret === undefined ||
    controllerService === undefined
      ? undefined
      : new MetricsApi({
          cluster,
          address: metricsApiListen,
          namespace,
          service: controllerService,
          secret: metricsApiSecret,
          mayWrite: isLeader,
          subscribers: (fleetNamespace, name) => {
            const found = count(fleetNamespace, name)
            return found === undefined ? undefined : { ...found, takenAt: Date.now() }
          },
          isSynced: () => registry.hasSynced,
          observer: telemetry,
          logger,
        })

  const shedClient = new ShedClient({ dispatcher: podAgent, token: () => adminToken?.value })
  const events = new EventRecorder({
    cluster,
    controller: CONTROLLER,
    instance: identity,
    observer: telemetry,
  })
  const service = controllerService ?? 'controller'
  const metricUrl = (key: ObjectKey) =>
    `http://${service}.${namespace}.svc:${config.adminListen.port}/scaling/${key.namespace}/${key.name}`
  const reconciler = new Reconciler({
    sources: {
      copies: registry.copies,
      pods: (fleet) => registry.describePods(fleet),
      providers: (key) => ({
        metricsApi: metricsApi?.registration ?? 'absent',
        hasKeda: keda.isFound && registry.copies.scaledObjects?.hasSynced === true,
        metricUrl: metricUrl(key),
      }),
    },
    podsOf: (fleet) => registry.podsOf(fleet),
    means: {
      reads: cluster,
      writes: new LeaderWrites(cluster, isLeader),
      shed: async (pod, request) => shedClient.shed(pod, request),
      record: (object, event) => {
        events.record(STREAM_CAPACITY, object, event)
      },
      observer: telemetry,
    },
  })
  const work = new LeaderWork({
    cluster,
    lease: { namespace, name: config.lease },
    identity,
    timing: electionTiming(config.leaseDuration),
    work: async (fleet) => {
      reconciler.forgetOthers(registry.objects)
      return reconciler.reconcile(fleet, parseKey(fleet))
    },
    fleets: () => registry.keys,
    observer: telemetry,
    onLeading: (isLeading) => {
      logger.info({ identity, lease: config.lease }, isLeading ? 'leading' : 'not leading')
    },
  })
  const health = new ControllerHealth({ registry, metricsApi })
  const listener = new AdminListener(config.adminListen, {
    livenessProblems: () => health.livenessProblems,
    readinessProblems: () => health.readinessProblems,
    renderMetrics: metrics.render,
    countSubscribers: (fleetNamespace, name) =>
      registry.hasSynced ? count(fleetNamespace, name) : NOT_SYNCED,
    onError: (error) => {
      logger.error({ err: error }, 'request failed')
    },
  })
  telemetry.observe({
    isLeader,
    queueDepth: () => work.depth,
    silences: () => health.silences,
    fleets: () => registry.gauges,
  })

  const stop = async () => {
    await work.close()
    await metricsApi?.close()
    await listener.close()
    for (const part of [keda, registry, telemetry]) part.close()
    adminToken?.close()
    await podAgent.destroy()
    await cluster.close()
  }
  try {
    const adminUrl = await listener.start()
    await metricsApi?.start()
    adminToken?.start()
    void registry.start().then(async () => {
      await keda.start()
      work.start()
    })
    const listening = {
      admin: adminUrl,
      namespace,
      ...(metricsApiListen === undefined ? {} : { metricsApi: formatAddress(metricsApiListen) }),
    }
    logger.info(listening, 'listening')
    return { adminUrl, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const NOT_SYNCED = { isKnown: false, problem: 'the controller does not know all pods yet' } as const

function namespaceOf(config: KubeConfig): string {
  return config.getContextObject(config.getCurrentContext())?.namespace?.trim() ?? 'default'
}
