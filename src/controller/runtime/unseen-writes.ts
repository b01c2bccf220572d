import { formatKey, type ObjectKey } from '../objects/metadata.ts'
import { isAtLeast } from './resource-version.ts'

export interface Write {
  readonly key: ObjectKey
  /** That the write gave to the object. */
  readonly version: string
}

/**
 * Writes of this process that its copy has not seen yet. Who acts on a copy that lacks its own last write does
 * the same again (KEP-5647).
 */
export class UnseenWrites {
  readonly #writes = new Map<string, Write>()

  add(write: Write): void {
    const name = formatKey(write.key)
    const earlier = this.#writes.get(name)
    if (earlier !== undefined && isAtLeast(earlier.version, write.version)) return
    this.#writes.set(name, write)
  }

  has(key: ObjectKey): boolean {
    return this.#writes.has(formatKey(key))
  }

  all(): ReadonlySet<Write> {
    return new Set(this.#writes.values())
  }

  /** Takes out the writes that have been seen, and returns their keys. */
  settle(isSeen: (write: Write) => boolean): readonly ObjectKey[] {
    const seen = [...this.#writes.values()].filter(isSeen)
    for (const { key } of seen) this.#writes.delete(formatKey(key))
    return seen.map(({ key }) => key)
  }
}
