/** Conditions that a type alone cannot state, for zod and for the API server alike. */
import type { z } from 'zod'

export interface Rule<Value> {
  /** In CEL, which the API server evaluates. `self` is the value. */
  readonly cel: string
  /** The same condition here. */
  readonly holds: (value: Value) => boolean
  /** What is expected, and what to do. */
  readonly message: string
  /** The field below the value that the problem is about; the value itself if absent. */
  readonly field?: readonly string[]
}

/** Where JSON Schema made from zod has the rules, as in a CRD. */
export const RULES_KEY = 'x-kubernetes-validations'

/** A rule as it is written there. */
export interface WrittenRule {
  readonly rule: string
  readonly message: string
  readonly fieldPath?: string
}

/** The schema with rules, which its JSON Schema carries too. */
export function withRules<Schema extends z.ZodType>(
  schema: Schema,
  rules: readonly Rule<z.output<Schema>>[],
): Schema {
  const checked = rules.reduce(
    (before, { holds, message, field = [] }) => before.refine(holds, { message, path: [...field] }),
    schema,
  )
  const written = rules.map(({ cel, message, field }): WrittenRule => ({
    rule: cel,
    message,
    ...(field === undefined ? {} : { fieldPath: `.${field.join('.')}` }),
  }))
  return checked.meta({ [RULES_KEY]: written })
}
