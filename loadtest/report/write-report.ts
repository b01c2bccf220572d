import type { Comparison } from './comparison.ts'
import type { Report } from './result.ts'

export interface ReportPaths {
  readonly html: string
  readonly json: string
}

/**
 * Writes `report.html` and `report.json` into a folder of the run's own, `<folder>/<time>-<scenario>/`, and points the
 * link `<folder>/latest` at it: the newest has a fixed path, and earlier ones stay as baselines.
 */
export async function writeReport(
  report: Report,
  folder: string,
  comparison?: Comparison,
): Promise<ReportPaths> {
  throw new Error(`to do: ${folder} ${report.version} ${comparison?.tolerance}`)
}
