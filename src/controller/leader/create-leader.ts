import type { ControllerContext } from '../controller-context.ts'
import { ShedClient } from '../fleet/shed-client.ts'
import { formatKey, keyOf, parseKey, type ObjectKey } from '../objects/metadata.ts'
import { STREAM_CAPACITY } from '../objects/stream-capacity.ts'
import type { Providers } from '../plan/fleet-plan.ts'
import { LeaderWrites } from '../reconcile/leader-writes.ts'
import { Reconciler } from '../reconcile/reconciler.ts'
import type { Replica } from '../replica.ts'
import { electionTiming } from '../runtime/election-timing.ts'
import { TRACE_ANNOTATION } from '../telemetry/reconcile-tracing.ts'
import { EventRecorder } from '../runtime/event-recorder.ts'
import { LeaderWork } from './leader-work.ts'

const CONTROLLER = 'runnel.dev/controller'

/** What one replica at a time does: it brings fleets to what their objects ask for. All that changes something is here. */
export function createLeader(context: ControllerContext, replica: Replica): LeaderWork {
  const { cluster, config, namespace, identity, telemetry, logger } = context
  const shedClient = new ShedClient({
    dispatcher: context.podAgent,
    token: () => replica.adminToken?.value,
  })
  const writes = new LeaderWrites(cluster, shedClient, () => work.isLeader)
  const events = new EventRecorder({
    cluster: writes,
    controller: CONTROLLER,
    instance: identity,
    observer: telemetry,
  })
  const reconciler = new Reconciler({
    registry: replica.registry,
    providers: (fleet) => findProviders(context, replica, fleet),
    cluster: { reads: cluster, writes },
    means: {
      pods: writes,
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
      const key = parseKey(fleet)
      const annotations = replica.registry.find(key)?.metadata.annotations
      return telemetry.tracing.run(key, annotations?.[TRACE_ANNOTATION], async () =>
        reconciler.reconcile(key),
      )
    },
    fleets: () => replica.registry.objects.map((object) => formatKey(keyOf(object))),
    observer: telemetry,
    onLeading: (isLeading) => {
      reconciler.forget()
      logger.info({ identity, lease: config.lease }, isLeading ? 'leading' : 'not leading')
    },
  })
  return work
}

/** Undefined until it is known whom the API server asks for custom metrics. */
function findProviders(
  { config, namespace }: ControllerContext,
  { registry, metricsApi }: Replica,
  fleet: ObjectKey,
): Providers | undefined {
  const registration = metricsApi === undefined ? 'absent' : metricsApi.registration
  if (registration === undefined) return undefined
  const { controllerService = 'controller', adminListen } = config
  const host = `${controllerService}.${namespace}.svc:${adminListen.port}`
  return {
    metricsApi: registration,
    hasKeda: registry.copies.scaledObjects?.hasSynced === true,
    metricUrl: `http://${host}/scaling/${fleet.namespace ?? namespace}/${fleet.name}`,
  }
}
