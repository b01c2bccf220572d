import type { Amounts, Scenario, Variant } from '../scenarios/scenario.ts'

/** One run of a scenario. */
export interface Plan {
  readonly scenario: Scenario
  readonly amounts: Amounts
  readonly variant: Variant
}
