/** Expressions of PromQL over the pods that the variables of the dashboard select. */
import type { Query } from './panel.ts'

/** The series of a metric. The variable for pods lists those of the service, not those of the controller. */
export function series(metric: string): string {
  const isOfController = metric.startsWith('runnel_controller_')
  return `${metric}{namespace=~"$namespace"${isOfController ? '' : ', pod=~"$pod"'}}`
}

export function sum(metric: string, by: readonly string[] = []): Query {
  return [`sum${clause(by)} (${series(metric)})`, legendOf(by)]
}

export function max(metric: string, by: readonly string[] = []): Query {
  return [`max${clause(by)} (${series(metric)})`, legendOf(by)]
}

/** The increase a second of a counter. */
export function rate(metric: string, by: readonly string[] = []): Query {
  return [`sum${clause(by)} (rate(${series(metric)}[$__rate_interval]))`, legendOf(by)]
}

/** The median of a histogram, and the value that 1 % are above. */
export function medianAndTail(histogram: string): readonly Query[] {
  return [quantile(0.5, histogram), quantile(0.99, histogram)]
}

export function quantile(share: number, histogram: string, by: readonly string[] = []): Query {
  const buckets = `rate(${series(`${histogram}_bucket`)}[$__rate_interval])`
  const name = `p${share * 100}`
  return [
    `histogram_quantile(${share}, sum${clause([...by, 'le'])} (${buckets}))`,
    by.length === 0 ? name : `${name} ${legendOf(by)}`,
  ]
}

export function named([expression]: Query, legend: string): Query {
  return [expression, legend]
}

function clause(labels: readonly string[]): string {
  return labels.length === 0 ? '' : ` by (${labels.join(', ')})`
}

function legendOf(labels: readonly string[]): string {
  return labels.map((label) => `{{${label}}}`).join(' ')
}
