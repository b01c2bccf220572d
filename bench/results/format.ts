import type { Figure, Target } from '../rows/row.ts'
import type { Spread } from '../spread.ts'
import type { Line } from './lines.ts'
import type { MeasuredRow } from './result.ts'

/** The figure, with its target if it has one. */
export function formatValue(line: Line, { digits }: Figure): string {
  return [formatSpread(line.value, digits), ...formatVerdicts(line, 'value')].join(', ')
}

/** The ratio, with its target if it has one. Empty for the contender that others are compared with. */
export function formatRatio(line: Line | undefined): string {
  if (line?.ratio === undefined) return ''
  const digits = line.ratio.median < 9.5 ? 2 : 1
  return [formatSpread(line.ratio, digits), ...formatVerdicts(line, 'ratio')].join(', ')
}

export function headOfRatio({ comparison, entries: [first] }: MeasuredRow): string {
  const title = first?.title ?? ''
  return comparison === 'first ÷ other' ? `${title} ÷ it` : `it ÷ ${title}`
}

function formatSpread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
}

function formatVerdicts({ verdicts }: Line, of: Target['of']): string[] {
  return verdicts
    .filter(({ target }) => target.of === of)
    .map(({ target: { atLeast, atMost }, isMet }) => {
      const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
      return `${bound}: ${isMet ? 'met' : 'not met'}`
    })
}
