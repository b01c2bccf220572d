import { formatTable } from '../../reporting/text-table.ts'
import type { Run } from '../measure/run-scenario.ts'
import type { Breach } from '../measure/thresholds.ts'
import { FIGURE_TEXTS, showFigure, VERDICT_FIGURES } from './figure-texts.ts'

/** The head and the rows of the table of all runs. */
export function verdictRows(runs: readonly Run[]): readonly (readonly string[])[] {
  const head = ['scenario', ...VERDICT_FIGURES.map((name) => FIGURE_TEXTS[name].head), 'verdict']
  const rows = runs.map(({ scenario, figures, breaches }) => [
    scenario.name,
    ...VERDICT_FIGURES.map((name) => showFigure(name, figures[name])),
    breaches.length === 0 ? 'holds' : 'BROKEN',
  ])
  return [head, ...rows]
}

/** The figures of all runs, and below them each threshold that was broken. */
export function formatVerdicts(runs: readonly Run[]): string {
  const broken = runs.flatMap(({ scenario, breaches }) =>
    breaches.map((breach) => `${scenario.name}: ${formatBreach(breach)}\n`),
  )
  return formatTable(verdictRows(runs)) + broken.join('')
}

export function formatBreach({ figure, atMost, got }: Breach): string {
  const { head } = FIGURE_TEXTS[figure]
  return `${head}: expected at most ${showFigure(figure, atMost)}, got ${showFigure(figure, got)}`
}
