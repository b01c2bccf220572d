import { formatRatio, formatValue, headOfRatio } from '../bench/results/format.ts'
import { linesOf, preambleOf } from '../bench/results/lines.ts'
import { readRecordedResult } from '../bench/results/record.ts'
import type { MeasuredRow, Result } from '../bench/results/result.ts'
import { table } from '../reporting/markdown.ts'
import { OPENING, OTHERS, REASONS, ROW_TEXTS } from './performance-text.ts'

/** The page about speed and memory, with the figures that the benchmark has recorded. */
export function renderPerformance(): string {
  const result = readRecordedResult()
  return [
    OPENING,
    '## The figures',
    renderRun(result),
    ...result.rows.map((row) => renderRow(row, result.rounds)),
    REASONS,
    OTHERS,
  ].join('\n\n')
}

function renderRun({ machine, rounds, startedAt, versions, missing, isSmokeTest }: Result): string {
  const { cores, model, kernel, node } = machine
  return [
    ...(isSmokeTest ? ['**These figures are from a smoke test, and not worth quoting.**\n'] : []),
    `Measured on ${startedAt.slice(0, 10)}: ${cores} cores (${model}), ${kernel}, Node ${node}. Each entry is the`,
    `median of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, with minimum and maximum.`,
    '',
    table(['contender', 'version'], withoutVariants(versions)),
    ...missing.map(({ contender, reason }) => `\nLeft out: ${contender}: ${reason}.`),
  ].join('\n')
}

/** Variants of a contender, such as Runnel with another setting, have its version. */
function withoutVariants(
  versions: Result['versions'],
): readonly [title: string, version: string][] {
  return Object.entries(versions).filter(
    ([, version], index, all) => all.findIndex(([, other]) => other === version) === index,
  )
}

/** A line for each contender, a column for each figure, and one for each ratio that says something. */
function renderRow(row: MeasuredRow, rounds: number): string {
  const columns = row.figures.map((figure, index) => ({
    figure,
    lines: linesOf(row, figure),
    hasRatio: index === 0 || figure.targets.some(({ of }) => of === 'ratio'),
  }))
  const head = columns.flatMap(({ figure: { name, unit }, hasRatio }) =>
    hasRatio ? [`${name}, ${unit}`, headOfRatio(row)] : [`${name}, ${unit}`],
  )
  const body = row.entries
    .filter(({ refused }) => refused === undefined)
    .map(({ title }) => [
      title,
      ...columns.flatMap(({ figure, lines, hasRatio }) => {
        const line = lines.find((other) => other.title === title)
        const value = line === undefined ? '' : formatValue(line, figure)
        return hasRatio ? [value, formatRatio(line)] : [value]
      }),
    ])
  const refusals = row.entries.flatMap(({ title, refused }) =>
    refused === undefined ? [] : [`No figures of ${title}: ${refused}.`],
  )
  const figures = body.length === 0 ? [] : [table(['', ...head], body)]
  const texts = [ROW_TEXTS[row.name], preambleOf(row, rounds).join(' ')].filter(Boolean)
  return [`### ${capitalize(row.title)}`, ...texts, ...figures, ...refusals].join('\n\n')
}

function capitalize(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1)
}
