import { formatTable } from '../../bench/text-table.ts'
import type { Figures } from '../measure/figures.ts'
import type { Run } from '../measure/run-scenario.ts'
import type { Breach } from '../measure/thresholds.ts'

/** A column: its head, and how it shows a run. */
export const COLUMNS: readonly (readonly [head: string, show: (figures: Figures) => string])[] = [
  ['peak load', ({ peakLoadPercent }) => `${peakLoadPercent.toFixed(0)} %`],
  ['refusals a client', ({ refusalsPerClient }) => refusalsPerClient.toFixed(2)],
  ['reconnects a client', ({ reconnectsPerClient }) => reconnectsPerClient.toFixed(2)],
  ['at most a second', ({ peakReconnectRate }) => peakReconnectRate.toFixed(0)],
  ['balanced after', ({ secondsUntilBalanced }) => formatSeconds(secondsUntilBalanced)],
  ['pods', ({ fewestPods, mostPods }) => `${fewestPods}–${mostPods}`],
  ['resizes', ({ resizes }) => String(resizes)],
  ['spare pod-minutes', ({ sparePodMinutes }) => sparePodMinutes.toFixed(0)],
]

/** The figures of all runs, and below them each threshold that was broken. */
export function formatVerdicts(runs: readonly Run[]): string {
  const head = ['scenario', ...COLUMNS.map(([name]) => name), 'verdict']
  const rows = runs.map(({ scenario, figures, breaches }) => [
    scenario.name,
    ...COLUMNS.map(([, show]) => show(figures)),
    breaches.length === 0 ? 'holds' : 'BROKEN',
  ])
  const broken = runs.flatMap(({ scenario, breaches }) =>
    breaches.map((breach) => `${scenario.name}: ${formatBreach(breach)}\n`),
  )
  return formatTable([head, ...rows]) + broken.join('')
}

export function formatBreach({ figure, atMost, got }: Breach): string {
  const found = got === undefined ? 'it never ended' : `got ${Number(got.toFixed(2))}`
  return `expected ${figure} of at most ${atMost}, ${found}`
}

export function formatSeconds(seconds: number | undefined): string {
  return seconds === undefined ? 'never' : `${seconds.toFixed(0)} s`
}
