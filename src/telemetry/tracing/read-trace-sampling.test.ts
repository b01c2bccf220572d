import { expect, test } from 'vitest'
import { otelWarnings } from '../otel-warnings.ts'
import { readTraceSampling } from './read-trace-sampling.ts'

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }

test.for([
  {},
  { OTEL_SERVICE_NAME: 'orders', OTEL_METRICS_EXPORTER: 'otlp' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
  { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4318' },
  { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' },
  { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
  { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'zipkin' },
  { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'always_off' },
])('%o traces nothing', (env) => {
  expect(readTraceSampling(env)).toBeUndefined()
})

test.for([
  ENDPOINT,
  { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' },
  { OTEL_TRACES_EXPORTER: 'otlp' },
  { OTEL_TRACES_EXPORTER: 'zipkin, otlp' },
  { OTEL_TRACES_EXPORTER: 'console', OTEL_SDK_DISABLED: 'false' },
  { OTEL_CONFIG_FILE: '/otel.yaml' },
])('%o traces 1 % of the publishes', (env) => {
  expect(readTraceSampling(env)).toEqual({ ratio: 0.01, isLimited: true, followsParent: true })
})

test.for([
  ['traceidratio', '0.25', { ratio: 0.25, isLimited: true, followsParent: true }],
  ['parentbased_traceidratio', '0', { ratio: 0, isLimited: true, followsParent: true }],
  ['parentbased_traceidratio', '', { ratio: 1, isLimited: true, followsParent: true }],
  ['always_on', '0.5', { ratio: 1, isLimited: false, followsParent: false }],
  ['parentbased_always_on', '', { ratio: 1, isLimited: false, followsParent: true }],
  ['parentbased_always_off', '', { ratio: 0, isLimited: true, followsParent: true }],
] as const)('the sampler %s with argument %j', ([sampler, argument, sampling]) => {
  const env = {
    ...ENDPOINT,
    OTEL_TRACES_SAMPLER: sampler,
    OTEL_TRACES_SAMPLER_ARG: argument,
  }
  expect(readTraceSampling(env)).toEqual(sampling)
  expect(otelWarnings(env)).toEqual([])
})

test('an environment without such variables gives no warning', () => {
  expect(otelWarnings({})).toEqual([])
  expect(otelWarnings({ ...ENDPOINT, OTEL_PROPAGATORS: 'baggage,tracecontext' })).toEqual([])
})

test.for([
  [
    { OTEL_PROPAGATORS: 'b3' },
    'OTEL_PROPAGATORS=b3: expected tracecontext among them, the only one that is used',
  ],
  [
    { OTEL_TRACES_EXPORTER: 'otlp,zipkin' },
    'OTEL_TRACES_EXPORTER=zipkin: expected otlp or console or none; no other exporter of spans is used',
  ],
  [
    { OTEL_METRICS_EXPORTER: 'console' },
    'OTEL_METRICS_EXPORTER=console: expected otlp or prometheus or none; no other pushes metrics',
  ],
  [
    { OTEL_LOGS_EXPORTER: 'otlp' },
    'OTEL_LOGS_EXPORTER=otlp: expected none; log lines go to standard output only',
  ],
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'http' },
    'OTEL_EXPORTER_OTLP_PROTOCOL=http: expected one of grpc, http/protobuf, http/json; http/protobuf is used',
  ],
  [
    { OTEL_BSP_MAX_QUEUE_SIZE: 'many' },
    'OTEL_BSP_MAX_QUEUE_SIZE=many: expected a whole number; the default is used',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http//user:hunter2@collector:4318' },
    'OTEL_EXPORTER_OTLP_ENDPOINT: expected a URL such as http://collector:4318, got something else',
  ],
  [
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'collector:4318' },
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: expected a URL such as http://collector:4318, got something else',
  ],
  [
    { OTEL_TRACES_SAMPLER: 'jaeger_remote' },
    'OTEL_TRACES_SAMPLER=jaeger_remote: expected one of always_on, always_off, traceidratio, ' +
      'parentbased_always_on, parentbased_always_off, parentbased_traceidratio; 1 % of the publishes are traced',
  ],
  [
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '5' },
    'OTEL_TRACES_SAMPLER_ARG=5: expected a number from 0 to 1; 1 % of the publishes are traced',
  ],
  [
    { OTEL_TRACES_SAMPLER_ARG: '0.5' },
    'OTEL_TRACES_SAMPLER_ARG=0.5: expected OTEL_TRACES_SAMPLER to be set too, such as to ' +
      'parentbased_traceidratio; 1 % of the publishes are traced',
  ],
] as const)('%o is warned of', ([env, warning]) => {
  expect(otelWarnings(env)).toEqual([warning])
})
