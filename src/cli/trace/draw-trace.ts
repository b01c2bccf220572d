import { paint, printable } from '../terminal.ts'
import { attribute, describeSpan } from './describe-span.ts'
import { summarizePods } from './pod-summary.ts'
import { arrange } from './span-tree.ts'
import { endOf, startOf, type Span } from './spans.ts'

export interface Drawing {
  /** Base URL of Jaeger, whose page of the trace is named. */
  readonly jaeger: URL
  readonly hasColors: boolean
}

/** Names of pods and of streams are cut there, so that a line fits a terminal of 120 columns. */
const LONGEST_NAME = 40

/** The spans of one trace as lines of text: where it went, when, how long it took. */
export function drawTrace(spans: readonly Span[], { jaeger, hasColors }: Drawing): string {
  const start = startOf(spans)
  const branches = arrange(spans)
  const rows = branches.map(({ span, lines }) => [
    `${lines}${cut(printable(span.name))}`,
    cut(printable(span.process)),
    `+${(span.start - start).toFixed(1)} ms`,
    `${(span.end - span.start).toFixed(1)} ms`,
    printable(describeSpan(span)),
  ])
  const text = align(rows, ['left', 'left', 'right', 'right', 'left'])
  const drawn = text.map((line, index) => {
    const { span } = branches[index]!
    return hasColors ? colored(line, span) : line
  })
  const pods = align(
    summarizePods(spans).map((row) => row.map((cell) => cut(printable(cell)))),
    ['left', 'right', 'right', 'right', 'right', 'right'],
  )
  const title = `trace ${spans[0]!.traceId}, ${spans.length} spans, ${(endOf(spans) - start).toFixed(1)} ms`
  const address = `${jaeger.href.replace(/\/+$/, '')}/trace/${spans[0]!.traceId}`
  const parts = [[title, address], drawn, pods].filter((part) => part.length > 0)
  return parts.map((part) => part.map((line) => `${line}\n`).join('')).join('\n')
}

function colored(line: string, span: Span): string {
  if (span.isError) return paint('red', line)
  const outcome = attribute(span, 'runnel.delivery.outcome')
  return outcome === 'slow' || outcome === 'late' ? paint('yellow', line) : line
}

function cut(text: string): string {
  return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME - 1)}…`
}

function align(
  rows: readonly (readonly string[])[],
  sides: readonly ('left' | 'right')[],
): readonly string[] {
  const widths = sides.map((_side, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  )
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return sides[column] === 'right' ? cell.padStart(width) : cell.padEnd(width)
    })
    return cells.join('  ').trimEnd()
  })
}
