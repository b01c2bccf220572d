import { isDeepStrictEqual } from 'node:util'
import {
  checkSpec,
  streamCapacitySpec,
  type StreamCapacitySpec,
} from '../../schema/stream-capacity.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import type { Kind } from '../objects/kind.ts'
import { formatKey, keyOf, type KubeObject, type ObjectKey } from '../objects/metadata.ts'
import type { StreamCapacity } from '../objects/stream-capacity.ts'
import type { Pod } from '../objects/workloads.ts'
import type { Failure, FleetMemory, FleetState, NamedObject } from '../plan/fleet-plan.ts'
import { planFleet } from '../plan/plan-fleet.ts'
import { planInvalid } from '../plan/plan-invalid.ts'
import { carryOut, reportStatus, type CarriedOutFleet, type Means } from './carry-out.ts'
import type { Copy } from './cluster-copies.ts'
import {
  copyOf,
  ownedChildren,
  readFleet,
  storedStatus,
  type FleetSources,
} from './fleet-sources.ts'

export interface ReconcilerOptions {
  readonly sources: FleetSources
  readonly podsOf: (fleet: string) => readonly Pod[]
  readonly means: Omit<Means, 'onWritten'>
}

/** In ms, until the copies have been told of the last writes. */
const SEEN_SOON = 200

/** What is remembered of a fleet from one plan to the next. A new leader begins without it. */
interface Remembered {
  readonly memory: FleetMemory | undefined
  readonly conflicts: readonly NamedObject[]
  readonly failure: Failure | undefined
}

const NOTHING: Remembered = { memory: undefined, conflicts: [], failure: undefined }

/** Brings fleets to what their objects ask for, one at a time. It looks at what is, and never at what happened. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #means: Means
  /** By the uid of the object. */
  readonly #remembered = new Map<string, Remembered>()
  /** Objects that this process has written, and its copies may not show yet. */
  readonly #written = new Map<string, { readonly copy: Copy; readonly key: ObjectKey }>()

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#means = {
      ...options.means,
      onWritten: (kind, object) => {
        this.#noteWrite(kind, object)
      },
    }
  }

  /**
   * Resolves to the ms until the fleet should be looked at again; undefined if nothing but a change of its object
   * makes a difference. Rejects with a `ClusterError` where the API server refused something.
   */
  async reconcile(fleet: string, key: ObjectKey): Promise<number | undefined> {
    const { copies } = this.#options.sources
    const object = copies.streamCapacities.get(key)
    // The garbage collector removes the children.
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined
    if (!this.#isCurrent()) return SEEN_SOON
    const parsed = streamCapacitySpec.safeParse(object.spec)
    if (parsed.success) return this.#follow(fleet, object, parsed.data)
    const status = storedStatus(object)
    const problems = checkSpec(object.spec)
    const plan = planInvalid(object.metadata, status, problems, Date.now())
    await reportStatus(this.#means, { object, status }, plan)
    return undefined
  }

  /** Forgets objects that are gone. */
  forgetOthers(present: readonly StreamCapacity[]): void {
    const uids = new Set(present.map((object) => uidOf(object)))
    for (const uid of this.#remembered.keys()) if (!uids.has(uid)) this.#remembered.delete(uid)
  }

  async #follow(fleet: string, object: StreamCapacity, spec: StreamCapacitySpec): Promise<number> {
    const { sources, podsOf } = this.#options
    const uid = uidOf(object)
    const before = this.#remembered.get(uid) ?? NOTHING
    const observed = readFleet(sources, object, spec)
    // A plan without their streams would be made anew as soon as they have answered.
    if (observed.pods.some(({ silence }) => silence?.reason === 'unasked')) return SEEN_SOON
    const plan = planFleet({ ...observed, ...before, now: Date.now() })
    const carried: CarriedOutFleet = {
      key: fleet,
      object,
      status: observed.status,
      target: spec.targetRef.name,
      pods: podsOf(fleet),
      owned: ownedChildren(sources.copies, object),
    }
    // Kept whatever comes: what may have been done, such as a shed, is not done twice.
    this.#remembered.set(uid, { ...before, memory: plan.memory })
    try {
      const conflicts = await carryOut(this.#means, carried, plan)
      this.#remembered.set(uid, { memory: plan.memory, conflicts, failure: undefined })
      const isNews = before.failure !== undefined || !isDeepStrictEqual(conflicts, before.conflicts)
      return isNews ? 0 : plan.planAgainIn
    } catch (error) {
      const failure = failureOf(error)
      if (failure !== undefined)
        await this.#reportFailure(carried, { ...observed, ...before, failure })
      throw error
    }
  }

  /** Says in the status what the API server refused. It is tried again, less and less often. */
  async #reportFailure(carried: CarriedOutFleet, state: Omit<FleetState, 'now'>): Promise<void> {
    const plan = planFleet({ ...state, now: Date.now() })
    const uid = uidOf(carried.object)
    this.#remembered.set(uid, { ...NOTHING, ...this.#remembered.get(uid), failure: state.failure })
    // The error itself is reported, and not that the status could not be written either.
    await reportStatus(this.#means, carried, plan).catch(() => undefined)
  }

  #isCurrent(): boolean {
    for (const [name, { copy, key }] of this.#written)
      if (copy.isCurrent(key)) this.#written.delete(name)
    return this.#written.size === 0
  }

  #noteWrite(kind: Kind, object: KubeObject): void {
    const copy = copyOf(this.#options.sources.copies, kind)
    if (copy === undefined) return
    copy.noteWrite(object)
    const key = keyOf(object)
    this.#written.set(`${kind.kind} ${formatKey(key)}`, { copy, key })
  }
}

/** What people have to hear of; undefined for what passes by itself. */
function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof ClusterError) || error.isTransient) return undefined
  return {
    reason: error.reason === 'forbidden' ? 'Forbidden' : 'RefusedByApi',
    message: error.message,
  }
}

function uidOf({ metadata }: StreamCapacity): string {
  return metadata.uid ?? metadata.name
}
