import { readFileSync } from 'node:fs'
import { escapeHtml, readUplot, renderData, renderTable } from '../../../reporting/html.ts'
import type { Comparison } from '../comparison.ts'
import { describeMachine, nameResult, overallHeadline, showDate } from '../describe-result.ts'
import { distributionPlot } from './distribution-plot.ts'
import { faultRows } from '../fault-table.ts'
import { numeric } from './html-figures.ts'
import { renderPill, renderResult } from './html-result.ts'
import { timePlots } from './time-plots.ts'
import type { Report, Result } from '../result.ts'
import { isMet } from '../verdicts.ts'
import { warningsOf } from '../warnings.ts'

/** A page that needs nothing but itself, for a browser. */
export function renderReport(report: Report, comparison?: Comparison): string {
  const { results } = report
  const sections = results.map((result, index) => ({
    result,
    index,
    timePlots: timePlots(result),
    comparison,
  }))
  const plots = sections.map((section) => ({
    ...section.timePlots,
    distribution: distributionPlot(section.result),
  }))
  const uplot = readUplot()
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(titleOf(results))}</title>
<style>${uplot.style}${read('colors.css')}${read('page.css')}</style>
</head>
<body>
${renderHead(report)}
${renderWarnings([...warningsOf(report), ...(comparison?.warnings ?? [])])}
${renderFaults(results)}
${results.length > 1 ? renderContents(results) : ''}
${sections.map(renderResult).join('\n')}
<script>${uplot.script}</script>
${renderData('plots', plots)}
<script>${read('draw-plots.js')}</script>
</body>
</html>
`
}

function renderHead({ machine, results }: Report): string {
  const isGood = results.length > 0 && results.every(isMet)
  const started = results[0]?.startedAt ?? ''
  return `<header class="page ${isGood ? 'met' : 'missed'}">
<p class="kind">Load test</p>
<h1>${escapeHtml(overallHeadline(results))}</h1>
<p>${escapeHtml(`${showDate(started)} · load from ${describeMachine(machine)}`)}</p>
</header>`
}

function renderWarnings(warnings: readonly string[]): string {
  return warnings.map((warning) => `<p class="warning">${escapeHtml(warning)}</p>`).join('\n')
}

function renderFaults(results: readonly Result[]): string {
  const rows = faultRows(results)
  if (results.length < 2 || rows.length === 0) return ''
  const cells = rows.map(([fault = '', server = '', lost = '', ...figures]) => [
    fault,
    server,
    /^[1-9]/.test(lost) ? { text: lost, class: 'number missed' } : numeric(lost),
    ...figures.map(numeric),
  ])
  return `<section class="card"><h2>What faults do to subscribers</h2><div class="scroll">${renderTable(cells)}</div></section>`
}

function renderContents(results: readonly Result[]): string {
  const items = results.map(
    (result, index) =>
      `<li><a href="#result-${index}">${escapeHtml(nameResult(result))}</a> ${renderPill(result)}</li>`,
  )
  return `<nav class="card"><h2>Runs</h2><ul>${items.join('')}</ul></nav>`
}

function titleOf(results: readonly Result[]): string {
  const names = new Set(results.map(({ scenario }) => scenario))
  return `Load test: ${[...names].join(', ')}`
}

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
}
