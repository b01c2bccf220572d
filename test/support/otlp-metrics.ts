import type { OtlpExport } from './otlp-receiver.ts'

interface PushedMetric {
  readonly name: string
  readonly unit?: string
  readonly sum?: { readonly isMonotonic: boolean }
  readonly gauge?: object
}

interface PushedDocument {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeMetrics: readonly { readonly metrics: readonly PushedMetric[] }[]
  }[]
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}

/** What an export of metrics in JSON says, its metrics under the names that Prometheus gives them. */
export function readMetrics({ body }: OtlpExport): {
  readonly names: readonly string[]
  readonly resource: Readonly<Record<string, string | undefined>>
} {
  const { resourceMetrics } = JSON.parse(body.toString()) as PushedDocument
  return {
    names: resourceMetrics
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics)
      .map(prometheusName),
    resource: Object.fromEntries(
      resourceMetrics
        .flatMap(({ resource }) => resource.attributes)
        .map(({ key, value }) => [key, value.stringValue]),
    ),
  }
}

/** As the specification of OpenTelemetry and Prometheus has it: a unit behind the name, unless it ends in it already. */
function prometheusName({ name, unit, sum, gauge }: PushedMetric): string {
  const units: Readonly<Record<string, string>> = {
    s: '_seconds',
    By: '_bytes',
    ...(gauge !== undefined && { '1': '_ratio' }),
  }
  const base = name.replaceAll('.', '_')
  const suffix = units[unit ?? ''] ?? ''
  const named = base.endsWith(suffix) ? base : `${base}${suffix}`
  return sum?.isMonotonic === true ? `${named}_total` : named
}
