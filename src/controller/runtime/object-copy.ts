import { formatKey, keyOf, type KubeObject, type ObjectKey } from '../objects/metadata.ts'
import { isAtLeast } from './resource-version.ts'

/**
 * Objects as they were last seen. Events that come twice, or after a later one of the same object, change
 * nothing. Changes are told as the keys that they touch.
 */
export class ObjectCopy<T extends KubeObject> {
  #objects = new Map<string, T>()
  /** Versions of deletions since the last list: a late event must not bring the object back. */
  readonly #deletions = new Map<string, string>()
  #listedVersion: string | undefined
  /** All changes up to this version are in the copy, by the word of a bookmark. */
  #bookmark: string | undefined

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(formatKey(key))
  }

  list(): readonly T[] {
    return [...this.#objects.values()]
  }

  /** Whether the copy has what became of a key with a version. */
  isAtLeast(key: ObjectKey, version: string): boolean {
    return this.#hasSeen(formatKey(key), version) || isReached(this.#bookmark, version)
  }

  /** Takes a list for the truth, whatever its version: a store that was restored counts from an earlier one. */
  replaceAll(objects: readonly T[], version: string): readonly ObjectKey[] {
    const before = this.#objects
    this.#objects = new Map(objects.map((object) => [formatKey(keyOf(object)), object]))
    this.#deletions.clear()
    this.#listedVersion = version
    this.#bookmark = undefined
    const changed = objects.filter(
      (object) => versionOf(before.get(formatKey(keyOf(object)))) !== versionOf(object),
    )
    const vanished = [...before].filter(([name]) => !this.#objects.has(name))
    return [...changed, ...vanished.map(([, object]) => object)].map(keyOf)
  }

  /** Takes an event of a watch; undefined if the copy has it already. */
  apply(type: 'added' | 'modified' | 'deleted', object: T): ObjectKey | undefined {
    const key = keyOf(object)
    const name = formatKey(key)
    const version = versionOf(object)
    if (version !== undefined && this.#hasSeen(name, version)) return undefined
    if (type === 'deleted') {
      this.#objects.delete(name)
      if (version !== undefined) this.#deletions.set(name, version)
    } else {
      this.#objects.set(name, object)
      this.#deletions.delete(name)
    }
    return key
  }

  /** Takes a bookmark. */
  advanceTo(version: string): void {
    this.#bookmark = version
  }

  #hasSeen(name: string, version: string): boolean {
    const seen = versionOf(this.#objects.get(name)) ?? this.#deletions.get(name)
    return isReached(seen, version) || isReached(this.#listedVersion, version)
  }
}

function isReached(seen: string | undefined, version: string): boolean {
  return seen !== undefined && isAtLeast(seen, version)
}

function versionOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata.resourceVersion
}
