import type { Metric } from '../src/service/metrics/metric.ts'
import { METRICS } from '../src/service/metrics/metrics-table.ts'
import { code, table } from '../reporting/markdown.ts'
import {
  CONTROLLER,
  COST,
  DASHBOARD,
  OPENING,
  PUSH,
  RUNTIME,
  SCRAPE,
  SERVICE,
} from './metrics-text.ts'

const KINDS = [
  { type: 'gauge', title: 'Gauges' },
  { type: 'counter', title: 'Counters' },
  { type: 'histogram', title: 'Histograms' },
] as const

/** The reference page of all metrics. */
export function renderMetrics(): string {
  const tables = KINDS.map(({ type, title }) => {
    const metrics = Object.values(METRICS).filter((metric) => metric.type === type)
    return `### ${title}\n\n${type === 'histogram' ? renderHistograms(metrics) : renderNumbers(metrics)}`
  })
  return [OPENING, SERVICE, ...tables, CONTROLLER, RUNTIME, SCRAPE, DASHBOARD, PUSH, COST].join(
    '\n\n',
  )
}

function renderNumbers(metrics: readonly Metric[]): string {
  const rows = metrics.map((metric) => [
    code(nameOf(metric)),
    unitOf(metric),
    labelsOf(metric),
    metric.doc,
  ])
  return table(['Metric', 'Unit', 'Labels', 'Meaning'], rows)
}

function renderHistograms(metrics: readonly Metric[]): string {
  const rows = metrics.map((metric) => [
    code(nameOf(metric)),
    labelsOf(metric),
    metric.bounds.map(formatSeconds).join(' '),
    metric.doc,
  ])
  return table(['Metric', 'Labels', 'Bounds', 'Meaning'], rows)
}

function nameOf({ name, type }: Metric): string {
  return type === 'counter' ? `${name}_total` : name
}

/** `{stream}` as streams. */
function unitOf({ unit }: Metric): string {
  if (unit === 'By' || unit === '{byte}') return 'bytes'
  return unit.replace(/^\{(.*)\}$/, '$1s')
}

function labelsOf({ labels }: Metric): string {
  return Object.entries(labels)
    .map(([label, values]) => {
      const list = typeof values === 'string' ? values : values.map((each) => code(each)).join(', ')
      return `${code(label)}: ${list}`
    })
    .join('; ')
}

function formatSeconds(seconds: number): string {
  if (seconds === 0) return '0'
  if (seconds < 1) return `${seconds * 1_000}ms`
  if (seconds < 60) return `${seconds}s`
  return seconds < 3_600 ? `${seconds / 60}m` : `${seconds / 3_600}h`
}
