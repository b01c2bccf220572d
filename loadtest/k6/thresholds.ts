import type { Thresholds } from '../scenarios/scenario.ts'

/**
 * The figures of a scenario that k6 counts or sums, and how its thresholds name them. `silentAtEnd` is not among them:
 * the script has `completeSubscribers` for it.
 */
const EXPRESSIONS: Readonly<Record<string, readonly [metric: string, aggregate: string]>> = {
  lost: ['lost', 'count'],
  duplicated: ['duplicated', 'count'],
  reordered: ['reordered', 'count'],
  corrupted: ['corrupted', 'count'],
  announced: ['announced', 'count'],
  reconnects: ['reconnects', 'count'],
  refusals: ['refusals', 'count'],
  deadEnds: ['deadEnds', 'count'],
  connectFailures: ['connectFailures', 'count'],
  refusedPublishes: ['refusedPublishes', 'count'],
  unknownPublishes: ['unknownPublishes', 'count'],
  deliveryP50: ['delivery', 'p(50)'],
  deliveryP99: ['delivery', 'p(99)'],
  deliveryP999: ['delivery', 'p(99.9)'],
  deliveryMax: ['delivery', 'max'],
}

/** A scenario's thresholds in the words of k6. Those of figures that this script does not measure are left out. */
export function k6Thresholds(thresholds: Thresholds): Record<string, string[]> {
  const result: Record<string, string[]> = {}
  for (const [figure, most] of Object.entries(thresholds)) {
    const expression = EXPRESSIONS[figure]
    if (expression === undefined) continue
    const [metric, aggregate] = expression
    result[metric] = [...(result[metric] ?? []), `${aggregate}<=${most}`]
  }
  return result
}

/** What k6 hands to `handleSummary`. */
export interface Summary {
  readonly metrics: Readonly<Record<string, SummaryMetric>>
}

interface SummaryMetric {
  readonly values: Readonly<Record<string, number>>
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>
}

/** A line for each threshold: whether it was met, and the value. */
export function verdicts({ metrics }: Summary): string {
  const lines = Object.entries(metrics).flatMap(([metric, { values, thresholds = {} }]) =>
    Object.entries(thresholds).map(([expression, { ok }]) => {
      const [aggregate = ''] = expression.split(/[<>=]/)
      const value = values[aggregate.trim()] ?? 0
      return `${ok ? 'met    ' : 'NOT MET'}  ${metric} ${expression} (${round(value)})`
    }),
  )
  return `\n${lines.toSorted().join('\n')}\n`
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}
