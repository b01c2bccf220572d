import { readList, readVariable, type Environment } from '../environment.ts'
import { parseSampling, type TraceSampling } from './trace-sampling.ts'

export const TRACE_EXPORTERS = ['otlp', 'console'] as const

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']

/**
 * Which traces the `OTEL_*` variables ask for; undefined where nothing is traced. Unlike the SDK, which exports to
 * localhost unless it is told otherwise, a process traces only where an exporter, an endpoint or a file is named.
 */
export function readTraceSampling(env: Environment): TraceSampling | undefined {
  if (readVariable(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined
  return isExported(env) ? parseSampling(env).sampling : undefined
}

function isExported(env: Environment): boolean {
  if (readVariable(env, 'OTEL_CONFIG_FILE') !== undefined) return true
  const names = readList(env, 'OTEL_TRACES_EXPORTER')
  if (names.includes('none')) return false
  if (names.length > 0) return TRACE_EXPORTERS.some((name) => names.includes(name))
  return ENDPOINTS.some((name) => readVariable(env, name) !== undefined)
}
