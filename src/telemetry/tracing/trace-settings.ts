import { readList, readVariable, type Environment } from '../environment.ts'
import { parseSampling, type TraceSampling } from './trace-sampling.ts'

export const TRACE_EXPORTERS = ['otlp', 'console'] as const
export type TraceExporter = (typeof TRACE_EXPORTERS)[number]

/** Of OTLP, in the order of the specification. */
export const OTLP_PROTOCOLS = ['grpc', 'http/protobuf', 'http/json'] as const
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number]

export interface TraceSettings {
  /** At least one. */
  readonly exporters: readonly TraceExporter[]
  readonly protocol: OtlpProtocol
  readonly sampling: TraceSampling
}

/**
 * What the `OTEL_*` variables ask for; undefined where nothing is traced. Unlike the SDK, which exports to
 * localhost unless it is told otherwise, a process traces only where an exporter or an endpoint is named.
 */
export function readTraceSettings(env: Environment): TraceSettings | undefined {
  if (readVariable(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined
  const exporters = readExporters(env)
  const { sampling } = parseSampling(env)
  if (exporters.length === 0 || sampling === undefined) return undefined
  return { exporters, protocol: readProtocol(env) ?? 'http/protobuf', sampling }
}

function readExporters(env: Environment): readonly TraceExporter[] {
  const names = readList(env, 'OTEL_TRACES_EXPORTER')
  if (names.includes('none')) return []
  if (names.length > 0) return TRACE_EXPORTERS.filter((name) => names.includes(name))
  const endpoint =
    readVariable(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ??
    readVariable(env, 'OTEL_EXPORTER_OTLP_ENDPOINT')
  return endpoint === undefined ? [] : ['otlp']
}

function readProtocol(env: Environment): OtlpProtocol | undefined {
  const name =
    readVariable(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ??
    readVariable(env, 'OTEL_EXPORTER_OTLP_PROTOCOL')
  return OTLP_PROTOCOLS.find((each) => each === name)
}
