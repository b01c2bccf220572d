import type { Attributes } from '@opentelemetry/api'

/** Makes each set of labels once, since an object for each event would be garbage. The values must be few. */
export class LabelSets<Value extends string> {
  readonly #attributesOf: (value: Value) => Attributes
  readonly #sets = new Map<Value, Attributes>()

  /** `known`: values that are there from the start. */
  constructor(attributesOf: (value: Value) => Attributes, known: readonly Value[] = []) {
    this.#attributesOf = attributesOf
    for (const value of known) this.of(value)
  }

  /** All sets so far. */
  get all(): readonly Attributes[] {
    return [...this.#sets.values()]
  }

  of(value: Value): Attributes {
    let set = this.#sets.get(value)
    if (set === undefined) {
      set = this.#attributesOf(value)
      this.#sets.set(value, set)
    }
    return set
  }
}
