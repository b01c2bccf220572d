import { readCounts, readList, readVariable, type Environment } from './environment.ts'
import { OTLP_PROTOCOLS, type OtlpProtocol } from './otlp-protocols.ts'

export interface PushSettings {
  readonly protocol: OtlpProtocol
  /** How often metrics are pushed, in ms. */
  readonly interval: number
  /** How long one push may last, in ms. */
  readonly timeout: number
}

/** Longer times would overflow the timer, which then fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * How the `OTEL_*` variables want metrics to be pushed; undefined where they do not. Unlike the SDK, which pushes unless
 * it is told otherwise, a process pushes only where `OTEL_METRICS_EXPORTER` names `otlp`: many collectors take traces
 * alone.
 */
export function readPushSettings(env: Environment): PushSettings | undefined {
  if (readVariable(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined
  const exporters = readList(env, 'OTEL_METRICS_EXPORTER')
  if (!exporters.includes('otlp') || exporters.includes('none')) return undefined
  const { interval = 60_000, timeout = 30_000 } = readCounts(env, {
    interval: ['OTEL_METRIC_EXPORT_INTERVAL'],
    timeout: ['OTEL_METRIC_EXPORT_TIMEOUT'],
  })
  return {
    protocol: readProtocol(env) ?? 'http/protobuf',
    interval: Math.min(interval, LONGEST_TIMER),
    timeout: Math.min(timeout, interval, LONGEST_TIMER),
  }
}

function readProtocol(env: Environment): OtlpProtocol | undefined {
  const name =
    readVariable(env, 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL') ??
    readVariable(env, 'OTEL_EXPORTER_OTLP_PROTOCOL')
  return OTLP_PROTOCOLS.find((each) => each === name)
}
