import type { Histogram, Meter } from '@opentelemetry/api'

/** One metric, as it is made and as the docs describe it. */
export interface Metric {
  /** Without the `_total` that Prometheus shows behind the name of a counter. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** In UCUM: `s`, `By`, or a word in braces. Empty for a state. */
  readonly unit: string
  readonly doc: string
  /** The values that each label may have: all of them, or words that say which. */
  readonly labels: Readonly<Record<string, readonly string[] | string>>
  /** The upper bounds of the buckets of a histogram. */
  readonly bounds: readonly number[]
}

type Labels = Metric['labels']

export function counter(name: string, unit: string, doc: string, labels: Labels = {}): Metric {
  return { name, type: 'counter', unit, doc, labels, bounds: [] }
}

export function gauge(name: string, unit: string, doc: string, labels: Labels = {}): Metric {
  return { name, type: 'gauge', unit, doc, labels, bounds: [] }
}

/** Of times, in seconds. */
export function histogram(
  name: string,
  doc: string,
  bounds: readonly number[],
  labels: Labels = {},
): Metric {
  return { name, type: 'histogram', unit: 's', doc, labels, bounds }
}

export function makeHistogram(meter: Meter, { name, unit, doc, bounds }: Metric): Histogram {
  return meter.createHistogram(name, {
    unit,
    description: doc,
    advice: { explicitBucketBoundaries: [...bounds] },
  })
}
