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
/** 0 is allowed. */
const NUMBER_VARIABLES = [
  'OTEL_BSP_SCHEDULE_DELAY',
  'OTEL_BSP_EXPORT_TIMEOUT',
  'OTEL_BSP_MAX_QUEUE_SIZE',
  'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
]
const ENDPOINT_VARIABLES = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
]

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
    ...NUMBER_VARIABLES.flatMap((name) => warnOfNumber(env, name)),
    ...ENDPOINT_VARIABLES.flatMap((name) => warnOfEndpoint(env, name)),
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

function warnOfNumber(env: Environment, name: string): readonly string[] {
  const text = readVariable(env, name)
  if (text === undefined || /^\d+$/.test(text)) return []
  return [`${name}=${text}: expected a whole number; the default is used`]
}

/** The text is not repeated: it may hold a password where nobody would look for one. */
function warnOfEndpoint(env: Environment, name: string): readonly string[] {
  const text = readVariable(env, name)
  const protocol = text === undefined ? undefined : URL.parse(text)?.protocol
  if (text === undefined || protocol === 'http:' || protocol === 'https:') return []
  return [`${name}: expected a URL such as http://collector:4318, got something else`]
}
