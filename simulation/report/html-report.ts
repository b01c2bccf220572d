import { readFileSync } from 'node:fs'
import { escapeHtml, readUplot, renderData, renderTable } from '../../reporting/html.ts'
import type { Run, RunOptions } from '../measure/run-scenario.ts'
import type { Sample } from '../measure/sample.ts'
import { formatBreach, verdictRows } from './verdict-table.ts'

/** What the script of the page draws of a run: columns of equal length, the first in minutes. */
interface PlotData {
  readonly limit: number
  readonly minutes: readonly number[]
  readonly columns: Readonly<Record<string, readonly number[]>>
}

/** Seconds between two points of a plot. */
const STEP = 5

/** A page that needs nothing but itself. */
export function renderReport(runs: readonly Run[], { clients, seed }: RunOptions): string {
  const intro =
    `${clients} subscribers at the start of each scenario, seed ${seed}. The planner is the one of the controller; ` +
    'the clients, the proxy, the pods and the rules of Kubernetes are a model.'
  const uplot = readUplot()
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>Simulated fleets</title>
<style>${uplot.style}${read('./page.css')}</style>
<h1>Simulated fleets</h1>
<p>${escapeHtml(intro)}</p>
${renderTable(verdictRows(runs))}
${runs.map(renderSection).join('\n')}
<script>${uplot.script}</script>
${renderData('data', runs.map(plotData))}
<script>${read('./draw-plots.js')}</script>
</html>
`
}

function renderSection({ scenario, breaches }: Run): string {
  const verdicts = breaches.map(
    (breach) => `<p class="broken">${escapeHtml(formatBreach(breach))}</p>`,
  )
  return `<section><h2>${escapeHtml(scenario.name)}</h2><p>${escapeHtml(scenario.story)}</p>${verdicts.join('')}
<div class="plots"></div></section>`
}

function plotData({ spec, samples }: Run): PlotData {
  const points = samples.filter(({ second }) => second % STEP === 0)
  const column = (valueOf: (sample: Sample) => number) => points.map(valueOf)
  const reconnects = points.map(
    (point, index) => (point.reconnects - (points[index - 1]?.reconnects ?? 0)) / STEP,
  )
  return {
    limit: spec.subscribersPerPod.limit,
    minutes: column(({ second }) => second / 60),
    columns: {
      subscribers: column(({ subscribers }) => subscribers),
      pods: column(({ pods }) => pods),
      ready: column(({ ready }) => ready),
      most: column(({ fullest }) => fullest),
      mean: column(({ mean }) => Math.round(mean)),
      least: column(({ least }) => least),
      waiting: column(({ waiting }) => waiting),
      reconnects,
    },
  }
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}
