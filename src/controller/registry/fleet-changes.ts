import { HORIZONTAL_POD_AUTOSCALER } from '../objects/children.ts'
import type { Kind } from '../objects/kind.ts'
import { formatKey, keyOf, type ObjectKey } from '../objects/metadata.ts'
import { STREAM_CAPACITY, type StreamCapacity } from '../objects/stream-capacity.ts'
import { DEPLOYMENT } from '../objects/workloads.ts'
import type { ClusterCopies } from './cluster-copies.ts'
import { targetOf } from './targets.ts'

/** Which fleets have to be looked at after a change. */
export class FleetChanges {
  readonly #copies: ClusterCopies
  /** All but the status of each StreamCapacity as it was last seen: the controller itself writes that. */
  readonly #seen = new Map<string, string>()

  constructor(copies: ClusterCopies) {
    this.#copies = copies
  }

  /** Of the objects that the controller looks after, the keys of those that an object concerns. */
  affectedBy(kind: Kind, key: ObjectKey, objects: readonly StreamCapacity[]): readonly string[] {
    if (kind.kind === STREAM_CAPACITY.kind && !this.#isNews(key)) return []
    const target = this.#targetOf(kind, key)
    return objects
      .filter((object) => target === undefined || targetOf(object) === target)
      .map((object) => formatKey(keyOf(object)))
  }

  /**
   * The Deployment whose fleets alone an object concerns. Other autoscalers of the namespace change every few
   * seconds. Undefined for what may concern any fleet.
   */
  #targetOf(kind: Kind, key: ObjectKey): string | undefined {
    if (kind.kind === DEPLOYMENT.kind) return key.name
    if (kind.kind !== HORIZONTAL_POD_AUTOSCALER.kind) return undefined
    return this.#copies.autoscalers.get(key)?.spec.scaleTargetRef.name
  }

  #isNews(key: ObjectKey): boolean {
    const name = formatKey(key)
    const object = this.#copies.streamCapacities.get(key)
    if (object === undefined) return this.#seen.delete(name)
    const { uid, generation, deletionTimestamp, labels } = object.metadata
    const state = JSON.stringify([uid, generation, deletionTimestamp, labels])
    if (this.#seen.get(name) === state) return false
    this.#seen.set(name, state)
    return true
  }
}
