import type { Kind } from '../objects/kind.ts'
import { formatKey, keyOf, type KubeObject, type ObjectKey } from '../objects/metadata.ts'
import type { Copy } from '../registry/cluster-copies.ts'

/** The copy of a kind, as it is at present. */
export type FindCopy = (kind: Kind) => Copy | undefined

interface WrittenObject {
  readonly kind: Kind
  readonly key: ObjectKey
  /** Set where the object was deleted. */
  readonly deletedUid: string | undefined
}

/**
 * What was written for a fleet and the copies of the cluster may not show yet. A plan that is made from a copy
 * without the last writes asks for them again.
 */
export class UnseenFleetWrites {
  readonly #find: FindCopy
  readonly #written = new Map<string, WrittenObject>()

  constructor(find: FindCopy) {
    this.#find = find
  }

  noteStored(kind: Kind, object: KubeObject): void {
    this.#find(kind)?.noteWrite(object)
    this.#note(kind, object, undefined)
  }

  noteDeleted(kind: Kind, object: KubeObject): void {
    this.#note(kind, object, object.metadata.uid)
  }

  /** Whether the copies show all writes. */
  areSettled(): boolean {
    for (const [name, written] of this.#written) {
      if (isSeen(written, this.#find(written.kind))) this.#written.delete(name)
    }
    return this.#written.size === 0
  }

  #note(kind: Kind, object: KubeObject, deletedUid: string | undefined): void {
    const key = keyOf(object)
    this.#written.set(`${kind.kind} ${formatKey(key)}`, { kind, key, deletedUid })
  }
}

function isSeen({ key, deletedUid }: WrittenObject, copy: Copy | undefined): boolean {
  if (copy === undefined) return true
  if (deletedUid === undefined) return copy.isCurrent(key)
  const { uid, deletionTimestamp } = copy.get(key)?.metadata ?? {}
  // Finalizers may keep a deleted object for a while.
  return uid !== deletedUid || deletionTimestamp !== undefined
}
