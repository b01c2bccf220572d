import { isDeepStrictEqual } from 'node:util'
import {
  checkSpec,
  streamCapacitySpec,
  type StreamCapacitySpec,
} from '../../schema/stream-capacity.ts'
import { formatKey, keyOf, uidOf, type ObjectKey } from '../objects/metadata.ts'
import { storedStatus, type StreamCapacity } from '../objects/stream-capacity.ts'
import type { FleetMemory, FleetState, Providers } from '../plan/fleet-plan.ts'
import { planFleet } from '../plan/plan-fleet.ts'
import { planInvalid } from '../plan/plan-invalid.ts'
import type { FleetRegistry } from '../registry/fleet-registry.ts'
import type { Clock } from '../runtime/clock.ts'
import { carryOut, type Means } from './carry-out.ts'
import { failureOf } from './failure.ts'
import { FleetCluster, type FleetClusterOptions } from './fleet-cluster.ts'
import { LastingFailure } from './lasting-failure.ts'
import { ownedChildren, readFleet } from './read-fleet.ts'
import { isRefusal } from './refused-writes.ts'
import { reportStatus } from './report-status.ts'

export interface ReconcilerOptions {
  readonly registry: FleetRegistry
  /** Undefined while it is not known yet. */
  readonly providers: (fleet: ObjectKey) => Providers | undefined
  readonly cluster: Omit<FleetClusterOptions, 'findCopy'>
  readonly means: Means
  readonly clock?: Clock
}

/** In ms, until what is not known yet may be. */
const KNOWN_SOON = 200

/** What plans have met when they were carried out. */
type Hindrances = Pick<FleetState, 'conflicts' | 'failure'>

/** What is kept of a fleet from one plan to the next. */
interface KeptFleet {
  readonly cluster: FleetCluster
  readonly unavailability: LastingFailure
  memory: FleetMemory | undefined
  hindrances: Hindrances
}

/** Brings fleets to what their objects ask for. It looks at what is, and never at what happened. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  /** By the uid of the object. */
  readonly #fleets = new Map<string, KeptFleet>()

  constructor(options: ReconcilerOptions) {
    this.#options = options
  }

  /** Forgets all fleets: others may have led them meanwhile. */
  forget(): void {
    this.#fleets.clear()
  }

  /**
   * Resolves to the ms until the fleet should be looked at again; undefined if nothing but a change makes a
   * difference. Rejects where something failed that may succeed at the next try.
   */
  async reconcile(key: ObjectKey): Promise<number | undefined> {
    this.#forgetGone()
    const object = this.#options.registry.find(key)
    // The garbage collector removes the children.
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined
    const kept = this.#keep(object)
    if (!kept.cluster.areWritesSeen()) return KNOWN_SOON
    const { data: spec } = streamCapacitySpec.safeParse(object.spec)
    if (spec !== undefined) return this.#follow(object, spec, kept)
    const stored = storedStatus(object)
    const plan = planInvalid(object.metadata, stored, checkSpec(object.spec), Date.now())
    await reportStatus(this.#options.means, kept.cluster, object, plan)
    return undefined
  }

  async #follow(
    object: StreamCapacity,
    spec: StreamCapacitySpec,
    kept: KeptFleet,
  ): Promise<number> {
    const { registry, means } = this.#options
    const key = keyOf(object)
    const providers = this.#options.providers(key)
    if (providers === undefined || !registry.knowsPodsOf(key)) return KNOWN_SOON
    const observed = readFleet(registry, object, spec, providers)
    // A plan without their streams would be made anew as soon as they have answered.
    if (observed.pods.some(({ silence }) => silence?.reason === 'unasked')) return KNOWN_SOON

    const state = { ...observed, ...kept.hindrances, memory: kept.memory, now: Date.now() }
    const plan = planFleet(state)
    const { cluster } = kept
    const { conflicts, errors, isScaled } = await carryOut(
      means,
      {
        key: formatKey(key),
        object,
        cluster,
        target: spec.targetRef.name,
        pods: registry.podsOf(key),
        owned: ownedChildren(registry.copies, object),
      },
      plan,
    )
    const lasting = kept.unavailability.note(errors)
    const met = { conflicts, failure: failureOf(errors) ?? lasting }
    // What was met belongs into this very status: it would change to and fro otherwise.
    const isNews = !isDeepStrictEqual(met, kept.hindrances)
    const told = isNews ? planFleet({ ...state, ...met }) : plan
    if (met.failure !== undefined && isNews)
      means.observer.refused(formatKey(key), met.failure.message)
    kept.hindrances = met
    kept.memory = {
      ...plan.memory,
      countsAt: told.memory.countsAt,
      // A number of pods that could not be set is no change of it.
      changes: isScaled ? plan.memory.changes : (kept.memory?.changes ?? []),
    }
    await reportStatus(means, cluster, object, told)
    const transient = errors.find((error) => !isRefusal(error))
    if (transient !== undefined) throw transient
    return plan.planAgainIn
  }

  #keep(object: StreamCapacity): KeptFleet {
    const { cluster, registry, clock } = this.#options
    const uid = uidOf(object)
    const found = this.#fleets.get(uid)
    if (found !== undefined) return found
    const key = keyOf(object)
    const kept = {
      cluster: new FleetCluster({ ...cluster, findCopy: (kind) => registry.copyOf(kind, key) }),
      unavailability: new LastingFailure(clock),
      memory: undefined,
      hindrances: { conflicts: [], failure: undefined },
    }
    this.#fleets.set(uid, kept)
    return kept
  }

  #forgetGone(): void {
    const uids = new Set(this.#options.registry.objects.map(uidOf))
    for (const uid of this.#fleets.keys()) if (!uids.has(uid)) this.#fleets.delete(uid)
  }
}
