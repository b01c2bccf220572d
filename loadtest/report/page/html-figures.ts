import { type Cell, renderTable } from '../../../reporting/html.ts'
import type { ResultComparison } from '../comparison.ts'
import { TIME_HEADS, TIME_NAMES } from './distribution-plot.ts'
import { type FigureRow, figureRows } from '../figure-rows.ts'
import { showFigure, showNumber, showRatio } from '../figure-texts.ts'
import { countOf, distributionOf, timeAt } from './percentiles.ts'
import type { Result } from '../result.ts'

const PERCENTILES = [50, 90, 99, 99.9, 99.99]

/** A cell that is aligned by its end. */
export function numeric(text: string): Cell {
  return { text, class: 'number' }
}

/** The figures that have a threshold. */
export function renderVerdicts(result: Result, compared: ResultComparison | undefined): string {
  const rows = [...figureRows(result).values()]
    .flat()
    .filter(({ verdict }) => verdict !== undefined)
  if (rows.length === 0) return ''
  const head = [
    'threshold',
    numeric('got'),
    numeric('at most'),
    'verdict',
    ...comparedHead(compared),
  ]
  const cells = rows.map((row) => [
    row.head,
    numeric(row.got),
    numeric(row.verdict === undefined ? '' : showFigure(row.figure, row.verdict.atMost)),
    verdictCell(row),
    ...comparedCells(row, compared),
  ])
  return `<div class="card scroll">${renderTable([head, ...cells])}</div>`
}

/** All figures, a table for each group. */
export function renderFigures(result: Result, compared: ResultComparison | undefined): string {
  const groups = [...figureRows(result)].map(([group, rows]) => {
    const head = [group, numeric(compared === undefined ? '' : 'after'), ...comparedHead(compared)]
    const cells = rows.map((row) => [
      row.head,
      row.verdict?.isMet === false ? { text: row.got, class: 'number missed' } : numeric(row.got),
      ...comparedCells(row, compared),
    ])
    return `<div class="card scroll">${renderTable([head, ...cells])}</div>`
  })
  return `<div class="groups${compared === undefined ? '' : ' compared'}">${groups.join('')}</div>`
}

/** The distribution of each kind of times, as a plot and a table. */
export function renderPercentiles({ histograms }: Result, index: number): string {
  const rows = TIME_NAMES.flatMap((name) => {
    const distribution = distributionOf(histograms[name] ?? [])
    if (distribution.length === 0) return []
    const times = [...PERCENTILES, 100].map((percent) => timeAt(distribution, percent / 100) ?? 0)
    return [
      [
        TIME_HEADS[name],
        numeric(showNumber(countOf(histograms[name] ?? []))),
        ...times.map((time) => numeric(showNumber(time))),
      ],
    ]
  })
  if (rows.length === 0) return ''
  const head = ['ms', 'count', ...PERCENTILES.map((percent) => `p${percent}`), 'max']
  const cells = head.map((text, column) => (column === 0 ? text : numeric(text)))
  return `<h3>Times by percentile</h3>
<figure class="plot card" data-result="${index}" data-plot="distribution"><figcaption>Share of all that took no longer <span>ms</span></figcaption></figure>
<div class="card scroll">${renderTable([cells, ...rows])}</div>`
}

function verdictCell({ verdict }: FigureRow): Cell {
  return verdict?.isMet === true
    ? { text: 'met', class: 'met' }
    : { text: 'not met', class: 'missed' }
}

function comparedHead(compared: ResultComparison | undefined): readonly Cell[] {
  return compared === undefined ? [] : [numeric('before'), numeric('ratio'), '']
}

function comparedCells(
  { figure }: FigureRow,
  compared: ResultComparison | undefined,
): readonly Cell[] {
  if (compared === undefined) return []
  const change = compared.changes.find((each) => each.figure === figure)
  return [
    numeric(showFigure(figure, change?.before)),
    numeric(showRatio(change?.ratio)),
    { text: change?.trend ?? '', class: change?.trend ?? '' },
  ]
}
