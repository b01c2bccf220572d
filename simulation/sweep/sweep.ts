import type { Figures } from '../measure/figures.ts'
import { runScenario, type RunOptions } from '../measure/run-scenario.ts'
import type { Placement } from '../fleet/proxy.ts'
import type { Scenario } from '../scenarios/scenario.ts'

/** Values of some fields of StreamCapacity, tried on one scenario. */
export interface Sweep {
  readonly name: string
  readonly title: string
  /** Heads of the labels of the variants. */
  readonly heads: readonly string[]
  readonly scenario: Scenario
  readonly variants: readonly Variant[]
  /** The figures that the values are judged by. */
  readonly figures: readonly (keyof Figures)[]
}

export interface Variant {
  readonly label: readonly string[]
  readonly isDefault: boolean
  readonly spec: NonNullable<Scenario['spec']>
  readonly clients?: Scenario['clients']
  readonly placement?: Placement
}

export interface SweepRow {
  readonly label: readonly string[]
  readonly isDefault: boolean
  /** Medians over the seeds; null for what did not end. */
  readonly figures: Readonly<Record<string, number | null>>
}

/** Seeds that each variant is run with. */
const SEEDS = 3

export function runSweep(
  { scenario, variants, figures }: Sweep,
  { clients, seed }: RunOptions,
): readonly SweepRow[] {
  return variants.map((variant) => {
    const varied = { ...scenario, ...variant }
    const runs = Array.from({ length: SEEDS }, (_, index) =>
      runScenario(varied, { clients, seed: seed + index }),
    )
    const medians = figures.map((name) => [name, medianOf(runs.map((run) => run.figures[name]))])
    return {
      label: variant.label,
      isDefault: variant.isDefault,
      figures: Object.fromEntries(medians) as SweepRow['figures'],
    }
  })
}

/** What did not end counts as longer than anything. */
function medianOf(values: readonly (number | undefined)[]): number | null {
  const sorted = values.map((value) => value ?? Infinity).toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Infinity
  return Number.isFinite(median) ? Number(median.toFixed(3)) : null
}
