import { styleText } from 'node:util'
import { formatTable } from '../../reporting/text-table.ts'
import type { Comparison, ResultComparison } from './comparison.ts'
import {
  describeAmounts,
  describeMachine,
  describeReasons,
  describeVersions,
  headline,
  nameResult,
  overallHeadline,
  REASONS_HEAD,
  showDate,
} from './describe-result.ts'
import { faultRows, formatFaultTable } from './fault-table.ts'
import { figureRows } from './figure-rows.ts'
import { FIGURE_TEXTS, showFigure, showRatio } from './figure-texts.ts'
import { onOneLine, printable } from './printable.ts'
import type { Report, Result, Verdict } from './result.ts'
import type { TraceLink } from '../target/target.ts'
import { isMet } from './verdicts.ts'
import { warningsOf } from './warnings.ts'
import type { ReportPaths } from './write-report.ts'

export interface SummaryOptions {
  /** Where the summary will be written: colors are for terminals that have them. */
  readonly stream: NodeJS.WritableStream
  readonly paths: ReportPaths | undefined
  readonly comparison: Comparison | undefined
}

type Paint = (format: Parameters<typeof styleText>[0], text: string) => string

/** All results as tables for a terminal, with a verdict on each threshold. */
export function formatSummary(report: Report, options: SummaryOptions): string {
  const { stream, paths, comparison } = options
  const paint: Paint = (format, text) => styleText(format, text, { stream })
  const warnings = [...warningsOf(report), ...(comparison?.warnings ?? [])]
  return [
    ...report.results.map((result) => formatResult(result, report, paint)),
    ...(comparison === undefined ? [] : [formatComparison(comparison, paint)]),
    ...(faultRows(report.results).length === 0 ? [] : [formatFaultTable(report.results)]),
    ...(warnings.length === 0 ? [] : [lines(paint('yellow', 'warning: '), warnings)]),
    ...(report.results.length < 2 ? [] : [`${paint('bold', overallHeadline(report.results))}\n`]),
    ...(paths === undefined ? [] : [`report  ${paths.html}\nJSON    ${paths.json}\n`]),
  ].join('\n')
}

function formatResult(result: Result, { machine }: Report, paint: Paint): string {
  const tone = result.variant === 'naive' ? 'bold' : isMet(result) ? 'green' : 'red'
  const reasons = describeReasons(result)
  const about = formatTable([
    ['target', onOneLine(result.target)],
    ['versions', onOneLine(describeVersions(result.versions))],
    ['machine', describeMachine(machine)],
    ['load', describeAmounts(result.amounts)],
  ])
  return [
    `${paint('bold', nameResult(result))}: ${paint(tone, onOneLine(headline(result)))}\n${about}`,
    formatFigures(result, paint),
    ...(reasons.length === 0 ? [] : [`${REASONS_HEAD}:\n${lines('- ', reasons)}`]),
    ...(result.notes.length === 0 ? [] : [lines('- ', result.notes)]),
    ...(result.examples.length === 0 ? [] : [`Found:\n${lines('- ', result.examples)}`]),
    ...(result.trace === undefined ? [] : [formatTrace(result.trace)]),
  ].join('\n')
}

/** The commands come first: only while the first one runs does the link lead anywhere. */
function formatTrace({ url, commands, drawing }: TraceLink): string {
  return `trace  ${onOneLine(url)}\n${lines('  $ ', commands)}\n${printable(drawing)}\n`
}

function formatFigures(result: Result, paint: Paint): string {
  const rows = [...figureRows(result)].flatMap(([group, figures]) => [
    [paint('bold', group), '', '', ''],
    ...figures.map(({ head, got, verdict }) => [
      `  ${head}`,
      got,
      verdict === undefined ? '' : `at most ${showFigure(verdict.figure, verdict.atMost)}`,
      verdict === undefined ? '' : formatVerdict(verdict, paint),
    ]),
  ])
  return formatTable(rows, [1, 2])
}

function formatVerdict({ isMet: met }: Verdict, paint: Paint): string {
  return met ? paint('green', 'met') : paint(['bold', 'red'], 'NOT MET')
}

function formatComparison({ results, tolerance }: Comparison, paint: Paint): string {
  return [...results.map((result) => formatChanges(result, paint)), `${tolerance}\n`].join('')
}

function formatChanges(result: ResultComparison, paint: Paint): string {
  const changed = result.changes.filter(({ trend }) => trend === 'better' || trend === 'worse')
  const same = result.changes.filter(({ trend }) => trend === 'same').length
  const rows = changed.map((change) => [
    `  ${FIGURE_TEXTS[change.figure].head}`,
    showFigure(change.figure, change.before),
    showFigure(change.figure, change.after),
    showRatio(change.ratio),
    paint(change.trend === 'better' ? 'green' : 'red', change.trend ?? ''),
  ])
  const title = `${nameResult(result)} against the run of ${showDate(result.baselineStartedAt)}`
  const table =
    rows.length === 0 ? '' : formatTable([['', 'before', 'after', 'ratio', ''], ...rows], [1, 2, 3])
  return `${paint('bold', title)}: ${changed.length} figures differ, ${same} are the same\n${table}`
}

function lines(mark: string, texts: readonly string[]): string {
  return texts.map((text) => `${mark}${onOneLine(text)}\n`).join('')
}
