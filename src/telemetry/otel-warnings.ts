import { readCounts, readList, readVariable, type Environment } from './environment.ts'
import { parseSampling } from './tracing/trace-sampling.ts'
import { OTLP_PROTOCOLS } from './otlp-protocols.ts'
import { TRACE_EXPORTERS } from './tracing/read-trace-sampling.ts'

const PROTOCOL_VARIABLES = [
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
  'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL',
]
const TIME_VARIABLES = ['OTEL_METRIC_EXPORT_INTERVAL', 'OTEL_METRIC_EXPORT_TIMEOUT']

/** A sentence for each `OTEL_*` variable that cannot be honoured. None prevents the start, as with every SDK. */
export function otelWarnings(env: Environment): readonly string[] {
  const propagators = readList(env, 'OTEL_PROPAGATORS')
  const { problem } = parseSampling(env)
  return [
    ...(propagators.length === 0 || propagators.includes('tracecontext')
      ? []
      : [
          `OTEL_PROPAGATORS=${propagators.join(',')}: expected tracecontext among them, the only one that is used`,
        ]),
    ...warnOfExporters(env, 'TRACES', TRACE_EXPORTERS, 'no other exporter of spans is used'),
    // The service answers Prometheus in any case.
    ...warnOfExporters(env, 'METRICS', ['otlp', 'prometheus'], 'no other pushes metrics'),
    ...warnOfExporters(env, 'LOGS', [], 'log lines go to standard output only'),
    ...PROTOCOL_VARIABLES.flatMap((name) => warnOfProtocol(env, name)),
    ...TIME_VARIABLES.flatMap((name) => warnOfTime(env, name)),
    ...(problem === undefined ? [] : [problem]),
  ]
}

function warnOfExporters(
  env: Environment,
  signal: string,
  known: readonly string[],
  then: string,
): readonly string[] {
  const name = `OTEL_${signal}_EXPORTER`
  const allowed = [...known, 'none']
  return readList(env, name)
    .filter((exporter) => !allowed.includes(exporter))
    .map((exporter) => `${name}=${exporter}: expected ${allowed.join(' or ')}; ${then}`)
}

function warnOfProtocol(env: Environment, name: string): readonly string[] {
  const protocol = readVariable(env, name)
  if (protocol === undefined || OTLP_PROTOCOLS.some((each) => each === protocol)) return []
  return [
    `${name}=${protocol}: expected one of ${OTLP_PROTOCOLS.join(', ')}; http/protobuf is used`,
  ]
}

function warnOfTime(env: Environment, name: string): readonly string[] {
  const text = readVariable(env, name)
  if (text === undefined || readCounts(env, { time: [name] }).time !== undefined) return []
  return [`${name}=${text}: expected milliseconds, a whole number above 0; the default is used`]
}
