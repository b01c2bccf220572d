import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { resolve } from '../../src/config/resolve.ts'
import {
  createServiceTracing,
  type ServiceTracing,
} from '../../src/service/tracing/create-service-tracing.ts'
import { parseSampling } from '../../src/telemetry/tracing/trace-sampling.ts'
import { SpanRecorder } from './span-recorder.ts'

export interface TestTracing extends ServiceTracing {
  readonly recorder: SpanRecorder
}

/** The tracing of a service, whose spans are kept. All is traced unless the environment says otherwise. */
export function openTestTracing(env: Readonly<Record<string, string>> = {}): TestTracing {
  const resolution = resolve(SERVE_TABLE, { env })
  if (resolution.kind === 'refused') throw new Error(resolution.problems[0]?.message)
  const { sampling } = parseSampling({ OTEL_TRACES_SAMPLER: 'always_on', ...env })
  if (sampling === undefined) throw new Error('expected a sampler that traces')
  const recorder = new SpanRecorder()
  return {
    ...createServiceTracing({ tracer: recorder.tracer, sampling }, resolution.config),
    recorder,
  }
}
