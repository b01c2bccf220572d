import type { Figures } from './figures.ts'
import type { Report, Result } from './result.ts'

/** One figure of a run beside that of an earlier one. */
export interface Change {
  readonly figure: keyof Figures
  readonly before: number | undefined
  readonly after: number | undefined
  /** After by before; undefined where there is none. */
  readonly ratio: number | undefined
  /** Undefined: neither of the two is better, or one was not measured. */
  readonly trend: 'better' | 'worse' | 'same' | undefined
}

export interface ResultComparison {
  readonly scenario: string
  readonly variant: Result['variant']
  /** When the earlier run started. */
  readonly baselineStartedAt: string
  readonly changes: readonly Change[]
}

export interface Comparison {
  /** When two figures count as the same, as a sentence. */
  readonly tolerance: string
  /** Why differences may not be the service's. */
  readonly warnings: readonly string[]
  readonly results: readonly ResultComparison[]
}

/** What tells whether two runs did the same. */
export type Workload = Pick<Result, 'scenario' | 'variant' | 'amounts'>

/** Throws with a sentence if the baseline has no run of each workload. To be called before a run, too: it takes minutes. */
export function assertComparable(workloads: readonly Workload[], baseline: Report): void {
  throw new Error(`to do: ${workloads.length} ${baseline.results.length}`)
}

/** Throws as `assertComparable` does. */
export function compare(report: Report, baseline: Report): Comparison {
  assertComparable(report.results, baseline)
  return { tolerance: '', warnings: [], results: [] }
}
