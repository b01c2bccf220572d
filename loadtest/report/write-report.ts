import { randomUUID } from 'node:crypto'
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Comparison } from './comparison.ts'
import { faultRows, formatFaultMarkdown } from './fault-table.ts'
import { renderReport } from './page/html-report.ts'
import { writeResultFile } from './result-file.ts'
import type { Report } from './result.ts'

export interface ReportPaths {
  readonly html: string
  readonly json: string
}

/**
 * Writes `report.html` and `report.json` into a folder of the run's own, `<folder>/<time>-<scenario>/`, and points the
 * link `<folder>/latest` at it: the newest has a fixed path, and earlier ones stay as baselines. A run with faults also
 * has `faults.md`, their table for documents.
 */
export async function writeReport(
  report: Report,
  folder: string,
  comparison?: Comparison,
): Promise<ReportPaths> {
  const own = join(folder, nameOf(report))
  await mkdir(own, { recursive: true })
  const paths = { html: join(own, 'report.html'), json: join(own, 'report.json') }
  await writeResultFile(paths.json, report)
  await writeFile(paths.html, renderReport(report, comparison))
  if (faultRows(report.results).length > 0) {
    await writeFile(join(own, 'faults.md'), formatFaultMarkdown(report.results))
  }
  await pointAt(own, join(folder, 'latest'))
  return paths
}

/** Sorts by time, and has no colon, which Windows and `scp` take for something else. */
function nameOf({ results }: Report): string {
  const started = results[0]?.startedAt ?? new Date().toISOString()
  const time = started.replace(/\.\d+/, '').replaceAll(':', '-')
  const scenarios = new Set(results.map(({ scenario }) => scenario))
  const [scenario = 'nothing'] = scenarios
  return `${time}-${scenarios.size === 1 ? scenario : 'several'}`
}

/** Renamed into its place, so that there is a link at any time. */
async function pointAt(target: string, link: string): Promise<void> {
  const temporary = `${link}.${randomUUID()}`
  await symlink(basename(target), temporary)
  await rename(temporary, link)
}
