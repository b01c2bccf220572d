import { formatTable } from '../../reporting/text-table.ts'
import type { Sweep, SweepRow } from '../sweep/sweep.ts'
import { FIGURE_TEXTS, showFigure } from './figure-texts.ts'

/** The head and the rows of the table of a sweep. A star marks the defaults. */
export function sweepRows(
  { heads, figures }: Pick<Sweep, 'heads' | 'figures'>,
  rows: readonly SweepRow[],
): readonly (readonly string[])[] {
  const head = [...heads, ...figures.map((name) => FIGURE_TEXTS[name].head)]
  return [
    head,
    ...rows.map(({ label, isDefault, figures: values }) => {
      const [first = '', ...others] = label
      const marked = isDefault ? `${first} *` : first
      return [marked, ...others, ...figures.map((name) => showFigure(name, values[name]))]
    }),
  ]
}

export function formatSweep(sweep: Sweep, rows: readonly SweepRow[]): string {
  return `\n${sweep.title} (* default)\n${formatTable(sweepRows(sweep, rows))}`
}
