import { table } from '../../reporting/markdown.ts'
import { formatTable } from '../../reporting/text-table.ts'
import type { FaultName } from '../target/target.ts'
import { showFigure } from './figure-texts.ts'
import type { Result } from './result.ts'

/** What the table has of a result. */
type FaultResult = Pick<Result, 'scenario' | 'variant' | 'figures'>

/** In the order of the table. The scenario of a fault has its name. */
const FAULTS: Readonly<Record<FaultName, string>> = {
  rollout: 'rollout',
  'pod-kill': 'pod killed',
  'ingress-reload': 'ingress reloaded',
  'redis-fail-over': 'Redis fail-over',
}

const FIGURES = ['lost', 'announced', 'duplicated', 'worstPause', 'reconnects'] as const

const HEAD = ['fault', 'server', 'lost', 'announced', 'duplicated', 'worst pause', 'reconnects']

/** The columns of numbers. */
const NUMERIC = [2, 3, 4, 5, 6]

/** What each fault did to subscribers of Runnel, and below it to those of the naive variant. Empty without any fault. */
export function faultRows(results: readonly FaultResult[]): readonly (readonly string[])[] {
  const rows = Object.entries(FAULTS).flatMap(([scenario, fault]) =>
    results
      .filter((result) => result.scenario === scenario)
      .toSorted((one, other) => Number(isNaive(one)) - Number(isNaive(other)))
      .map((result) => [
        fault,
        isNaive(result) ? 'naive' : 'Runnel',
        ...FIGURES.map((name) => showFigure(name, result.figures[name])),
      ]),
  )
  return rows.length === 0 ? [] : [HEAD, ...rows]
}

export function formatFaultTable(results: readonly FaultResult[]): string {
  return formatTable(faultRows(results), NUMERIC)
}

/** For documents. */
export function formatFaultMarkdown(results: readonly FaultResult[]): string {
  const [head = [], ...rows] = faultRows(results)
  return `${table(head, rows)}\n`
}

function isNaive({ variant }: FaultResult): boolean {
  return variant === 'naive'
}
