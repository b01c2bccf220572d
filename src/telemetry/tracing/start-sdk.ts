import { context, isSpanContextValid, propagation, trace, type Tracer } from '@opentelemetry/api'
import { serviceNameEnvDetector } from '@opentelemetry/resources'
import { startNodeSdk } from '@opentelemetry/sdk-node'
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace'
import { VERSION } from '../../lib/version.ts'
import type { Environment } from '../environment.ts'
import { createResource } from './resource.ts'

export interface StartedSdk {
  readonly tracer: Tracer
  /** Sends what is left, however long that takes. A process may then start it anew. */
  shutdown(): Promise<void>
}

/**
 * Starts the SDK of OpenTelemetry for traces alone: metrics are served whatever its variables say, and log lines go to
 * standard output. There is one in a process, and it reads `process.env`. Undefined if it cannot start, which it has
 * then said on standard error.
 */
export function startSdk(env: Environment, serviceName: string): StartedSdk | undefined {
  const sdk = startNodeSdk({
    // It would write to the console: what is wrong with the variables is said in log lines.
    logLevel: 'none',
    baseResource: createResource(env, {
      'service.name': serviceName,
      'service.version': VERSION,
    }),
    // Without it, the name in OTEL_RESOURCE_ATTRIBUTES would beat OTEL_SERVICE_NAME.
    resourceDetectors: [serviceNameEnvDetector],
    // Whoever starts a span has decided that it is kept.
    sampler: new AlwaysOnSampler(),
    propagators: [],
    metricReaders: [],
    logRecordProcessors: [],
  })
  // Each span names its parent, so that nothing needs to follow asynchronous calls.
  context.disable()
  const tracer = trace.getTracer('runnel', VERSION)
  const shutdown = async () => {
    // What is global is given back first: another may be started while this one sends its last spans.
    trace.disable()
    propagation.disable()
    await sdk.shutdown()
  }
  // Valid even if a sampler in a file of settings drops it.
  if (isSpanContextValid(tracer.startSpan('start').spanContext())) return { tracer, shutdown }
  void shutdown()
  return undefined
}
