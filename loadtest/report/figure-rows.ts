import {
  FIGURE_NAMES,
  FIGURE_TEXTS,
  GROUP_HEADS,
  showFigure,
  type FigureGroup,
} from './figure-texts.ts'
import type { Figures } from '../figures.ts'
import type { Result, Verdict } from './result.ts'

export interface FigureRow {
  readonly figure: keyof Figures
  readonly head: string
  readonly got: string
  readonly verdict: Verdict | undefined
}

/** The figures that were measured or judged, by group. Groups without any are left out. */
export function figureRows({
  figures,
  verdicts,
}: Pick<Result, 'figures' | 'verdicts'>): ReadonlyMap<string, readonly FigureRow[]> {
  const rows = new Map<string, readonly FigureRow[]>()
  for (const [group, head] of Object.entries(GROUP_HEADS)) {
    const found = FIGURE_NAMES.filter((name) => FIGURE_TEXTS[name].group === (group as FigureGroup))
      .map((figure) => ({
        figure,
        head: FIGURE_TEXTS[figure].head,
        got: showFigure(figure, figures[figure]),
        verdict: verdicts.find((verdict) => verdict.figure === figure),
      }))
      .filter(({ figure, verdict }) => figures[figure] !== undefined || verdict !== undefined)
    if (found.length > 0) rows.set(head, found)
  }
  return rows
}
