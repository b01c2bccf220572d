import type { Kind } from './kinds.ts'

/** One row of the table from which parsing, help, `explain` and docs/settings.md are made. */
export interface Setting {
  readonly kind: Kind<unknown>
  /** In written form. Without one, the setting may stay unset. */
  readonly default?: string
  /** Where the capacity file holds the same setting; a value there beats every other. */
  readonly capacityKey?: string
  /** One paragraph; says what happens at the limit. Code stands in backticks. */
  readonly doc: string
}
