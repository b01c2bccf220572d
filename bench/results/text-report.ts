import { formatTable } from '../../reporting/text-table.ts'
import { formatRatio, formatValue, headOfRatio } from './format.ts'
import { linesOf, preambleOf } from './lines.ts'
import type { MeasuredRow, Result } from './result.ts'

/** The result for a terminal, with what is needed to judge it. */
export function formatReport(result: Result): string {
  const { machine, rounds, isSmokeTest, missing, rows } = result
  const { cores, model, kernel, node, loadAverage } = machine
  return [
    `${cores} cores (${model}), ${kernel}, Node ${node}, load average ${loadAverage.toFixed(1)}`,
    `Servers on core 0, the load on core 1; medians of ${rounds} interleaved rounds with (min–max)`,
    ...(isSmokeTest ? ['A smoke test: too brief for figures worth quoting'] : []),
    ...missing.map(({ contender, reason }) => `Left out: ${contender}: ${reason}`),
    ...rows.map((row) => formatRow(row, rounds)),
  ].join('\n')
}

/** A table for each figure. */
function formatRow(row: MeasuredRow, rounds: number): string {
  const tables = row.figures.map((figure) => {
    const lines = linesOf(row, figure)
    if (lines.length === 0) return ''
    const body = lines.map((line) => [
      `  ${line.title}`,
      formatValue(line, figure),
      formatRatio(line),
    ])
    return formatTable([[`${figure.name}, ${figure.unit}`, '', headOfRatio(row)], ...body])
  })
  const refusals = row.entries
    .filter(({ refused }) => refused !== undefined)
    .map(({ title, refused }) => `No figures of ${title}: ${refused}\n`)
  const preamble = preambleOf(row, rounds).map((sentence) => `${sentence}\n`)
  return [
    `\n# ${row.title}\n`,
    ...preamble,
    ...tables.filter((text) => text !== ''),
    ...refusals,
  ].join('\n')
}
