import type { Comparison } from './comparison.ts'
import type { Report } from './result.ts'
import type { ReportPaths } from './write-report.ts'

export interface SummaryOptions {
  /** Where the summary will be written: colors are for terminals that have them. */
  readonly stream: NodeJS.WritableStream
  readonly paths: ReportPaths | undefined
  readonly comparison: Comparison | undefined
}

/** All results as tables for a terminal, with a verdict on each threshold. */
export function formatSummary(report: Report, options: SummaryOptions): string {
  return `${report.version}${options.paths?.html}`
}
