import type { Environment } from './environment.ts'

export type OtlpProtocol = 'grpc' | 'http/protobuf' | 'http/json'

/** How often metrics are pushed, and for how long one push may last, in ms. */
export interface PushSettings {
  readonly protocol: OtlpProtocol
  readonly interval: number
  readonly timeout: number
}

export interface PushReading {
  /** Undefined where nothing is pushed. */
  readonly push: PushSettings | undefined
  /** Settings that cannot be honored, and what to do about each. */
  readonly warnings: readonly string[]
}

const EXPORTERS = ['otlp', 'prometheus', 'none']
const PROTOCOLS: readonly OtlpProtocol[] = ['http/protobuf', 'http/json', 'grpc']

/** Reads the variables of OpenTelemetry that say whether metrics are pushed. The exporter reads the others by itself. */
export function readPushSettings(env: Environment): PushReading {
  const warnings: string[] = []
  const read = (name: string) => env[name]?.trim() ?? ''
  const exporters = read('OTEL_METRICS_EXPORTER')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  for (const exporter of exporters.filter((each) => !EXPORTERS.includes(each))) {
    warnings.push(
      `OTEL_METRICS_EXPORTER: expected otlp, prometheus or none, got "${exporter}", which is ignored`,
    )
  }
  const isOn = exporters.includes('otlp') && !exporters.includes('none')
  if (!isOn || read('OTEL_SDK_DISABLED').toLowerCase() === 'true') {
    return { push: undefined, warnings }
  }

  const milliseconds = (name: string, fallback: number) => {
    const text = read(name)
    if (text === '') return fallback
    // Timers take no more than 31 bits.
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    warnings.push(
      `${name}: expected milliseconds from 1 to 999999999, got "${text}"; it is ${fallback}`,
    )
    return fallback
  }
  const interval = milliseconds('OTEL_METRIC_EXPORT_INTERVAL', 60_000)
  const timeout = milliseconds('OTEL_METRIC_EXPORT_TIMEOUT', 30_000)

  const [name = '', text = ''] =
    ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']
      .map((each) => [each, read(each)] as const)
      .find(([, value]) => value !== '') ?? []
  const protocol = PROTOCOLS.find((each) => each === text)
  if (text !== '' && protocol === undefined) {
    warnings.push(`${name}: expected ${PROTOCOLS.join(', ')}, got "${text}"; it is http/protobuf`)
  }
  return {
    push: { protocol: protocol ?? 'http/protobuf', interval, timeout: Math.min(timeout, interval) },
    warnings,
  }
}
