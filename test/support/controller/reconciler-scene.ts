import { deepEqual } from 'node:assert/strict'
import type { SnapshotAnswer } from '../../../src/controller/fleet/observation.ts'
import type { ShedOutcome, ShedRequest } from '../../../src/controller/fleet/shed-client.ts'
import type { Kind } from '../../../src/controller/objects/kind.ts'
import type { KubeObject } from '../../../src/controller/objects/metadata.ts'
import type { Pod } from '../../../src/controller/objects/workloads.ts'
import type { PlannedEvent, Providers } from '../../../src/controller/plan/fleet-plan.ts'
import { LeaderWrites } from '../../../src/controller/reconcile/leader-writes.ts'
import { Reconciler } from '../../../src/controller/reconcile/reconciler.ts'
import { FleetRegistry } from '../../../src/controller/registry/fleet-registry.ts'
import { eventually } from '../eventually.ts'
import { ManualClock } from '../manual-clock.ts'
import { FleetObjects, NAMESPACE } from './fleet-objects.ts'

/** The reconciler on a cluster in memory. It looks at a fleet when the test says so. */
export class ReconcilerScene extends FleetObjects implements Disposable {
  /** By the names of pods. Those that are missing do not answer. */
  readonly streams = new Map<string, number>()
  readonly events: PlannedEvent[] = []
  readonly sheds: (ShedRequest & { readonly pod: string })[] = []
  /** What was refused, as log lines tell it. */
  readonly refusals: string[] = []
  /** By it the reconciler knows how long something has failed. */
  readonly clock = new ManualClock()
  isLeader = true
  providers: Providers | undefined = {
    metricsApi: 'ours',
    hasKeda: false,
    metricUrl: 'http://controller.default.svc:9090/scaling/default/streams',
  }
  readonly registry: FleetRegistry
  readonly reconciler: Reconciler

  constructor() {
    super()
    const { cluster } = this
    const pods = {
      shed: async (
        { metadata: { name: pod } }: Pod,
        request: ShedRequest,
      ): Promise<ShedOutcome> => {
        this.sheds.push({ pod, ...request })
        return { isDone: true, shedding: request.count }
      },
    }
    const writes = new LeaderWrites(cluster, pods, () => this.isLeader)
    this.registry = new FleetRegistry({
      cluster,
      namespace: NAMESPACE,
      labels: {},
      read: async ({ metadata: { name } }) => this.#answerOf(name),
      snapshotInterval: 50,
      observer: { listed() {}, listOrWatchFailed() {}, handlerFailed() {} },
      onKedaError: () => {},
      onChange: () => {},
    })
    this.reconciler = new Reconciler({
      registry: this.registry,
      providers: () => this.providers,
      cluster: { reads: cluster, writes },
      clock: this.clock,
      means: {
        pods: writes,
        record: (_, event) => {
          this.events.push(event)
        },
        observer: {
          scaled() {},
          shed() {},
          costFailed() {},
          refused: (_, message) => {
            this.refusals.push(message)
          },
        },
      },
    })
  }

  /** The pods of `web`, with their streams, and the StreamCapacity `streams`. */
  putFleet(spec: Readonly<Record<string, unknown>>, ...streams: readonly number[]): void {
    this.putDeployment(streams.length)
    this.putCapacity('streams', spec)
    for (const [index, count] of streams.entries()) this.putAnsweringPod(`web-${index}`, count)
  }

  putAnsweringPod(name: string, streams: number): void {
    this.streams.set(name, streams)
    this.putPod({ name })
  }

  async start(): Promise<void> {
    await this.registry.start()
  }

  /** Looks at the fleet once. Resolves to what that wrote, as in `apply ConfigMap streams-capacity`. */
  async reconcile(name = 'streams'): Promise<readonly string[]> {
    const before = this.cluster.requests.writes.length
    await this.reconciler.reconcile({ namespace: NAMESPACE, name })
    return this.cluster.requests.writes.slice(before).map(describeWrite)
  }

  /** Resolves once the copies show all that is stored. */
  async copiesSettle(): Promise<void> {
    const { allCopies } = this.registry
    await eventually(() => {
      for (const { kind } of allCopies) {
        const copied = allCopies.filter((copy) => copy.kind.kind === kind.kind)
        const stored = this.cluster.all(kind).filter((object) => isCopied(kind, object))
        deepEqual(versionsOf(copied.flatMap((copy) => copy.list())), versionsOf(stored))
      }
    })
  }

  [Symbol.dispose](): void {
    this.registry.close()
  }

  #answerOf(name: string): SnapshotAnswer {
    const subscribers = this.streams.get(name)
    return subscribers === undefined
      ? { isSnapshot: false, silence: { reason: 'timeout', detail: 'no answer' } }
      : { isSnapshot: true, snapshot: { subscribers, limit: 1_500, isDraining: false } }
  }
}

function describeWrite({
  verb,
  kind,
  name,
  options,
}: ReconcilerScene['cluster']['requests']['all'][number]): string {
  return `${verb} ${kind} ${name}${options?.subresource === undefined ? '' : ` ${options.subresource}`}`
}

/** Of some kinds only what the controller has written is copied. */
const OWN: readonly string[] = ['ConfigMap', 'PodDisruptionBudget', 'ScaledObject']

function isCopied({ kind }: Kind, { metadata }: KubeObject): boolean {
  const manager = metadata.labels?.['app.kubernetes.io/managed-by']
  return !OWN.includes(kind) || manager === 'runnel-controller'
}

function versionsOf(objects: readonly KubeObject[]): readonly unknown[] {
  return objects.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).toSorted()
}
