import { FIGURE_NAMES, FIGURE_TEXTS } from './figure-texts.ts'
import type { Figures } from '../figures.ts'
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

/** Single figures wander by so much between runs on the same machine. */
const RELATIVE_TOLERANCE = 0.2

/** In ms, percent or MiB: the same share of next to nothing says nothing. */
const ABSOLUTE_TOLERANCE = 1

const TOLERANCE =
  'Two figures count as the same within 20 %, or within 1 ms, 1 % or 1 MiB; counts of correctness only if they are equal.'

/** Throws with a sentence if the baseline has no run of each workload. To be called before a run, too: it takes minutes. */
export function assertComparable(workloads: readonly Workload[], baseline: Report): void {
  for (const workload of workloads) findBaseline(workload, baseline)
}

/** Throws as `assertComparable` does. */
export function compare(report: Report, baseline: Report): Comparison {
  const pairs = report.results.map((result) => [result, findBaseline(result, baseline)] as const)
  return {
    tolerance: TOLERANCE,
    warnings: [
      ...machineWarnings(report, baseline),
      ...new Set(pairs.flatMap(([after, before]) => resultWarnings(after, before))),
    ],
    results: pairs.map(([after, before]) => ({
      scenario: after.scenario,
      variant: after.variant,
      baselineStartedAt: before.startedAt,
      changes: FIGURE_NAMES.map((figure) =>
        changeOf(figure, before.figures[figure], after.figures[figure]),
      ),
    })),
  }
}

function findBaseline({ scenario, variant, amounts }: Workload, baseline: Report): Result {
  const sameScenario = baseline.results.find(
    (result) => result.scenario === scenario && result.variant === variant,
  )
  if (sameScenario === undefined) {
    const names = baseline.results.map(nameOf).join(', ') || 'nothing'
    throw new Error(
      `the baseline is of ${names}, and this run of ${nameOf({ scenario, variant })}: only runs of the same scenario can be compared`,
    )
  }
  const difference = Object.entries(amounts).find(
    ([name, amount]) => sameScenario.amounts[name as keyof typeof amounts] !== amount,
  )
  if (difference === undefined) return sameScenario
  const [name, amount] = difference
  const before = sameScenario.amounts[name as keyof typeof amounts]
  throw new Error(
    `the baseline of ${scenario} has ${name} ${before}, and this run ${amount}: run with --${name} ${before}, or record a new baseline`,
  )
}

function changeOf(
  figure: keyof Figures,
  before: number | undefined,
  after: number | undefined,
): Change {
  if (before === undefined || after === undefined) {
    return { figure, before, after, ratio: undefined, trend: undefined }
  }
  const ratio = before === 0 ? undefined : after / before
  return { figure, before, after, ratio, trend: trendOf(figure, before, after) }
}

function trendOf(figure: keyof Figures, before: number, after: number): Change['trend'] {
  const { group, unit, better } = FIGURE_TEXTS[figure]
  const isExact = group === 'correctness'
  const relative = isExact ? 0 : RELATIVE_TOLERANCE * Math.abs(before)
  const absolute = unit === '' ? 0 : ABSOLUTE_TOLERANCE
  if (Math.abs(after - before) <= Math.max(relative, absolute)) return 'same'
  if (better === 'neither') return undefined
  return after < before === (better === 'less') ? 'better' : 'worse'
}

function machineWarnings({ machine: after }: Report, { machine: before }: Report): string[] {
  const names = ['model', 'cores', 'memory', 'kernel', 'node'] as const
  return names
    .filter((name) => before[name] !== after[name])
    .map(
      (name) => `The machine differs in its ${name}: ${before[name]} before, ${after[name]} after.`,
    )
}

function resultWarnings(after: Result, before: Result): string[] {
  const warnings: string[] = []
  if (before.target !== after.target) {
    warnings.push(`The target differs: ${before.target} before, ${after.target} after.`)
  }
  const names = new Set([...Object.keys(before.versions), ...Object.keys(after.versions)])
  for (const name of names) {
    const [old = 'none', current = 'none'] = [before.versions[name], after.versions[name]]
    if (old !== current) warnings.push(`${name} differs: ${old} before, ${current} after.`)
  }
  for (const [when, { interrupted }] of [
    ['earlier', before],
    ['later', after],
  ] as const) {
    if (interrupted !== undefined)
      warnings.push(`The ${when} run of ${after.scenario} was interrupted.`)
  }
  return warnings
}

function nameOf({ scenario, variant }: Pick<Workload, 'scenario' | 'variant'>): string {
  return variant === undefined ? scenario : `${scenario} (${variant})`
}
